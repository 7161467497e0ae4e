"""Figures as links to the rows that they count, and shares and lengths of time in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.display.formats import count, duration
from appoints.display.html import escaped
from appoints.query.filters import FILTERS
from appoints.query.query import Query

DASH = SafeString("–")
STEPS = 5  # shades of a table


def rows_link(rows: int, asked: Query | str | None, words: str = "") -> SafeString:
    """Return a number of rows as a link to them; ``words`` stand in its place where given.

    ``asked`` is the question for them, or its parameters as an address has them, which many links
    may have in common; None where no address can ask.
    """
    shown = escaped(words or count(rows))
    if not rows or asked is None:
        return shown
    params = asked if isinstance(asked, str) else asked.urlencode()
    return SafeString(f'<a href="{_home(get_script_prefix())}?{escaped(params)}">{shown}</a>')


def milliseconds(moment: datetime) -> int:
    """Return a moment as milliseconds since 1970, which addresses may have."""
    return round(moment.timestamp() * 1000)


@cache
def _home(_prefix: str) -> SafeString:
    """Return the address of the list, which takes longer to find than a link to make."""
    return escaped(reverse("appoints:list"))


def only(query: Query, name: str, value: str | None) -> Query | None:
    """Return the question for the rows of one value; None where no address can name it."""
    return query.only(name, value) if FILTERS[name].can_be(value) else None


def percent(share: float) -> str:
    """Return a share in whole hundredths."""
    # Translators: a share in hundredths, as the language writes it
    return _("%(share)s %%") % {"share": round(share * 100)}


def shade(share: float) -> int:
    """Return the step of a table's shades that a share has, from 0 to STEPS."""
    return min(STEPS, max(0, round(share * STEPS)))


def more_words(left: int) -> str:
    """Return how many lines are left out, empty for none."""
    return ngettext("and %s more", "and %s more", left) % count(left) if left else ""


def delay_words(delay: timedelta | None) -> str:
    """Return how late a call began, or how early."""
    if delay is None:
        return DASH
    return _("%s early") % duration(delay) if delay < -timedelta(0) else duration(delay)
