"""Kept promises as a page shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from appoints.display.formats import isolated
from appoints.display.html import NOTHING, joined
from appoints.display.insight.figures import (
    delay_words,
    more_words,
    only,
    percent,
    rows_link,
)
from appoints.display.insight.punctuality_row import PunctualityRow, drawn
from appoints.insight.punctuality import BY_TIME, FEWEST, PunctualityLine
from appoints.labels import HOURS, WEEKDAYS
from appoints.query.query import Query

GROUPS: Mapping[str, str | Promise] = {
    "agent": gettext_lazy("By agent"),
    "task": gettext_lazy("By task"),
    "weekday": gettext_lazy("By weekday"),
    "hour": gettext_lazy("By hour"),
}
# The question's field, by what a line is of.
FIELDS = {"agent": "agents", "task": "task", "hour": "hours", "weekday": "weekdays"}
BEGUN = ("on_time", "early", "late")  # of calls whose delay is known
WITHOUT: Mapping[str, str | Promise] = {
    "agent": gettext_lazy("Without an agent"),
    "task": gettext_lazy("Without a task"),
    "hour": gettext_lazy("Without a reserved time"),
    "weekday": gettext_lazy("Without a reserved time"),
}

BeforeState = Literal["whole", "asked for", "missing"]


@dataclass(frozen=True, kw_only=True)
class PunctualityGroup:
    """The lines of all agents, tasks, hours or weekdays as ``rows`` of a table, and how many more
    there are.
    """

    name: str
    title: str | Promise
    rows: SafeString
    more: str


class Before(NamedTuple):
    """The range before in words, empty where there is none, and how much of it is at hand."""

    range: str
    state: BeforeState


@dataclass(frozen=True, kw_only=True)
class PunctualityFigures:
    """Kept promises; ``minutes`` is how far from its time a call may begin.

    ``working`` says that delays are told in working hours, ``uncompared`` why the share of all
    calls is not compared with the range before; empty where it is, or is not told.
    """

    template: ClassVar[str] = "appoints/insight/_punctuality.html"
    whole: PunctualityRow
    uncompared: str
    groups: Sequence[PunctualityGroup]
    minutes: int
    working: bool

    @property
    def fewest(self) -> int:
        """How many calls a share is judged from."""
        return FEWEST


def punctuality_figures(
    lines: Sequence[PunctualityLine],
    query: Query,
    before: Before,
    minutes: int,
    *,
    most: int,
    working: bool,
) -> PunctualityFigures:
    """Return the lines in words; ``before`` is the range that they are compared with.

    Of each group the first ``most`` lines are shown.
    """
    groups = [
        _group(name, [line for line in lines if line.by == name], query, before, most)
        for name in GROUPS
    ]
    return PunctualityFigures(
        whole=_row(lines[0], query, before.range),
        uncompared=_uncompared(lines[0], before),
        groups=groups,
        minutes=minutes,
        working=working,
    )


def _group(
    name: str, own: Sequence[PunctualityLine], query: Query, before: Before, most: int
) -> PunctualityGroup:
    shown = own if name in BY_TIME else own[:most]
    rows = joined(drawn(_row(line, query, before.range)) for line in shown)
    more = more_words(len(own) - len(shown))
    return PunctualityGroup(name=name, title=GROUPS[name], rows=rows, more=more)


class _Counts(NamedTuple):
    """The numbers of a line as links; ``address`` asks for its rows, None where none can."""

    line: PunctualityLine
    address: str | None

    def of(self, *names: str) -> SafeString:
        """Return how many calls began in these ways."""
        return rows_link(sum(getattr(self.line, name) for name in names), self._began(*names))

    def measured(self, sort: str, words: str) -> SafeString:
        """Return what is measured as a link to the calls that it is of, in the order of delays."""
        return rows_link(self.line.calls, self._began(*BEGUN, more=f"&sort={sort}"), words)

    def beside(self, name: str) -> SafeString:
        """Return what only the sentence over all calls says."""
        return self.of(name) if self.line.by == "all" else NOTHING

    def _began(self, *names: str, more: str = "") -> str | None:
        # A page has hundreds of these, which are alike but for their ends.
        if self.address is None:
            return None
        return f"{self.address}{''.join(f'&punctual={name}' for name in names)}{more}"


def _row(line: PunctualityLine, query: Query, before: str) -> PunctualityRow:
    asked = query if line.by == "all" else _asked(line, query)
    counts = _Counts(line, asked.urlencode() if asked else None)
    text = _text(line)
    return PunctualityRow(
        text=text,
        code=line.value if line.value and line.name and line.value != text else "",
        address=counts.address or "",
        share=_("too few") if line.share is None else percent(line.share),
        width="" if line.share is None else f"{line.share * 100:.1f}%",
        change=_change(line.points, before),
        calls=counts.of(*BEGUN),
        late=counts.of("late"),
        early=counts.beside("early"),
        median=counts.measured("delay", delay_words(line.median_delay)),
        ninetieth=counts.measured("-delay", delay_words(line.ninetieth_delay)),
        not_called=counts.of("not_called"),
        ahead=counts.beside("ahead"),
        unclear=counts.beside("unclear"),
    )


def _text(line: PunctualityLine) -> str:
    if line.by == "all":
        return _("All calls")
    if line.value is None:
        return str(WITHOUT[line.by])
    words: Mapping[str, Callable[[str], str]] = {
        "hour": lambda value: HOURS[value],
        "weekday": lambda value: str(WEEKDAYS[value]),
    }
    return words[line.by](line.value) if line.by in words else line.name or line.value


def _asked(line: PunctualityLine, query: Query) -> Query | None:
    """Return the question for the rows of a line."""
    if line.value is None and line.by in BY_TIME:
        return query.but(untimed=True)
    return only(query, FIELDS[line.by], line.value)


def _uncompared(whole: PunctualityLine, before: Before) -> str:
    """Return why the share of all calls is not compared; empty where it is, or is not told."""
    if whole.share is None or whole.points is not None:
        return ""
    if not before.range:
        return _("Not compared: the range has no begin or no end.")
    words = {
        "whole": _("Not compared: fewer than %(fewest)s calls in %(range)s."),
        "asked for": _("To compare with, %(range)s is being asked for."),
        "missing": _("Not compared: %(range)s cannot be had now."),
    }[before.state]
    return words % {"fewest": FEWEST, "range": isolated(before.range)}


def _change(points: int | None, before: str) -> str:
    if points is None:
        return ""
    told = {"points": abs(points), "range": isolated(before)}
    if not points:
        return _("as in %(range)s") % told
    if points > 0:
        words = ngettext(
            "%(points)s point above %(range)s", "%(points)s points above %(range)s", points
        )
    else:
        words = ngettext(
            "%(points)s point below %(range)s", "%(points)s points below %(range)s", -points
        )
    return words % told
