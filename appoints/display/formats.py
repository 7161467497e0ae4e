"""Times, spans and numbers in the viewer's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.dateformat import format as formatted
from django.utils.formats import get_format
from django.utils.safestring import SafeString
from django.utils.translation import (
    get_language,
    get_language_bidi,
    gettext,
    gettext_noop,
)

from appoints.display.html import html

THOUSAND = 1000  # below which no language divides a number


def isolated(value: str) -> str:
    """Return a value for the midst of a sentence: in one from right to left, with its own order.

    Otherwise a number would lose its ``+`` to the other end, and a day would run backwards.
    """
    return f"\u2068{value}\u2069" if get_language_bidi() else value


def count(rows: int) -> str:
    """Return a number as the language writes it."""
    # A page has hundreds, and to ask for the language's way takes longer than the rest of a link.
    return str(rows) if 0 <= rows < THOUSAND else str(intcomma(rows))


def clock(moment: datetime, *, exact: bool = False) -> str:
    """Return a local moment as a day and a ``time_of_day``."""
    return f"{day(moment)} {time_of_day(moment, exact=exact)}"


def day(date_: date) -> str:
    """Return a day, or the local day of a moment, as the language writes it in short."""
    return writer_of(get_format("SHORT_DATE_FORMAT"))(date_)


# Letters of Django's formats of a day in digits, as strftime has them.
DIGITS: Mapping[str, str] = {
    "Y": "%Y", "y": "%y", "m": "%m", "n": "%-m", "d": "%d", "j": "%-d", "%": "%%"
}  # fmt: skip


@cache
def writer_of(short: str) -> Callable[[date], str]:
    """Return what writes a day in Django's format ``short``.

    A format of digits is left to strftime, which takes a tenth of the time; any other to Django.
    """
    if set(re.findall(r"[A-Za-z\\]", short)) <= DIGITS.keys():
        native = "".join(DIGITS.get(each, each) for each in short)
        return lambda date_: date_.strftime(native)
    return lambda date_: formatted(date_, short)


def time_of_day(moment: datetime, *, exact: bool = False) -> str:
    """Return a local time of day; seconds only where there are any, or it is to be exact."""
    shown = moment.strftime("%H:%M:%S" if exact or moment.second else "%H:%M")
    return shown + offset_if_twice(moment)


def offset_if_twice(moment: datetime) -> str:
    """Return what tells two equal local times apart, where clocks went back: `` +0200``."""
    other = moment.replace(fold=1 - moment.fold)
    return "" if other.utcoffset() == moment.utcoffset() else f" {moment:%z}"


def offsets_of(moments: Iterable[datetime]) -> str:
    """Return the offsets of local moments, each once, by time: ``+0100, +0200``."""
    first: dict[timedelta | None, datetime] = {}
    for moment in moments:
        offset = moment.utcoffset()
        if offset not in first or moment < first[offset]:
            first[offset] = moment
    # By their stamps: of two times of one zone Python compares what a clock on the wall shows.
    return ", ".join(f"{moment:%z}" for moment in sorted(first.values(), key=datetime.timestamp))


# Spans and distances, for static/js/relative-times.js too, which keeps them true.
PATTERNS: Mapping[str, str] = {
    # Translators: units are short, for a column of a table; "d" days, "h" hours
    "days": gettext_noop("%(days)s d %(hours)s h"),
    "hours": gettext_noop("%(hours)s h %(minutes)s min"),
    "whole_days": gettext_noop("%s d"),
    "whole_hours": gettext_noop("%s h"),
    "minutes": gettext_noop("%s min"),
    "seconds": gettext_noop("%s s"),
    # Translators: %s is a length of time such as "2 h 5 min"; also in the messages that follow
    "ahead": gettext_noop("in %s"),
    "ago": gettext_noop("%s ago"),
    "overdue": gettext_noop("%s overdue"),
}


def span(length: timedelta) -> str:
    """Return a length of time in its two largest units: ``2 h 5 min``."""
    seconds = round(abs(length).total_seconds())
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        if not hours % 24:
            return gettext(PATTERNS["whole_days"]) % days
        return gettext(PATTERNS["days"]) % {"days": days, "hours": hours % 24}
    if hours:
        if not minutes % 60:
            return gettext(PATTERNS["whole_hours"]) % hours
        return gettext(PATTERNS["hours"]) % {"hours": hours, "minutes": minutes % 60}
    if minutes:
        return gettext(PATTERNS["minutes"]) % minutes
    return gettext(PATTERNS["seconds"]) % seconds


def duration(length: timedelta) -> str:
    """Return a length of time as ``span`` does, below an hour to the second: ``2 min 5 s``."""
    minutes, seconds = divmod(round(abs(length).total_seconds()), 60)
    if 0 < minutes < 60 and seconds:
        return gettext("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
    return span(length)


def distance(moment: datetime, now: datetime, *, overdue: bool = False) -> str:
    """Return how far off a moment is: ``in 12 min``, ``2 h 5 min ago``, ``2 h 5 min overdue``."""
    name = "ahead" if moment > now else "overdue" if overdue else "ago"
    return gettext(PATTERNS[name]) % span(moment - now)


def patterns() -> Mapping[str, str]:
    """Return PATTERNS in the language of the page, with ``{names}`` for static/js/words.js."""
    return _patterns(get_language())


@cache
def _patterns(_language: str | None) -> Mapping[str, str]:
    named = {name: f"{{{name}}}" for name in ("days", "hours", "minutes")}
    return {
        name: gettext(text) % (named if "%(" in text else "{value}")
        for name, text in PATTERNS.items()
    }


def time_tag(moment: datetime, known: date | None = None, *, exact: bool = False) -> SafeString:
    """Return a local moment as HTML; without its day where that is ``known``."""
    told = time_of_day if moment.date() == known else clock
    shown = told(moment, exact=exact)
    return html('<time datetime="%s">%s</time>', moment.isoformat(), shown)


def relative_tag(moment: datetime, words: str, *, overdue: bool) -> SafeString:
    """Return a ``distance`` as HTML that a script keeps true while the page stands open."""
    late = " data-late" if overdue else ""
    return html(
        '<time class="relative-time" datetime="%s"%s>%s</time>', moment.isoformat(), late, words
    )
