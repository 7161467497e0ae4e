"""Tiles of the summary: the rows of each state, and the late ones, as links."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appoints.display.filter_menus import Choice, choice_of
from appoints.query.query import Query
from appoints.results.facets import ValueCount, summary

# What the summary counts, where words alone leave it open.
HINTS: Mapping[str, str | Promise] = {
    "overdue": _("Their time has passed, and no call is known."),
    "due": _("To be called within minutes."),
    "upcoming": _("Reserved for later."),
    "calling": _("The call is going on."),
    "reached": _("The customer was reached."),
    "failed": _("Called, but the customer was not reached."),
    "unknown": _("iSales does not say what became of them."),
    "late": _("Called later than promised. They are counted under their state too."),
}


def tiles(counted: Mapping[str, list[ValueCount]], query: Query) -> list[Choice]:
    """Return a tile for each state that the summary counts, and one for the late calls."""
    return [
        _tile(name, rows, query)._replace(hint=HINTS[name])
        for name, rows in summary(counted).items()
        if rows or name != "unknown"
    ]


def _tile(name: str, rows: int, query: Query) -> Choice:
    """Return a number of the summary; a state takes the place of those that are chosen."""
    if name == "late":
        return choice_of(name, ValueCount("true", None, rows), query, {})
    state = choice_of("states", ValueCount(name, None, rows), query, {})
    alone = query.wanted_states() == (name,)
    return state if alone else state._replace(address=query.but(states=(name,)).urlencode())
