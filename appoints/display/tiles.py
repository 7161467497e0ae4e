"""Tiles of the summary: the rows of each state, and the late ones, as links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from appoints.display.filter_menus import Choice, choice_of
from appoints.display.html import size_of
from appoints.query.query import Query
from appoints.results.facets import ValueCount, summary
from appoints.results.result import Result

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
# In short words, for a tile is narrow, and in full.
REPEATED: Mapping[str | None, tuple[str | Promise, str | Promise]] = {
    "open": (
        _("Repeats"),
        _("Still to be called, and the same number has another such call in this range."),
    ),
    "reached": (
        _("Reached since"),
        _("Still to be called, though a call of this range has reached the number since."),
    ),
}


@dataclass(frozen=True, eq=False)
class Tiles:
    """The summary of a whole result, kept with its rows; ``counted`` are its facets."""

    query: Query
    result: Result
    counted: Mapping[str, list[ValueCount]]

    @property
    def links(self) -> list[Choice]:
        """The tiles of states, then those of repeats."""
        return [*tiles(self.counted, self.query), *repeat_tiles(self.counted, self.query)]

    def drawn(self, draw: Callable[[], str]) -> str:
        """Return the tiles as HTML; ``draw`` is called where they are not kept."""
        address = self.query.but().urlencode()
        return self.result.selection.made("tiles", draw, size_of, address, get_language())


def tiles_of(result: Result, query: Query) -> Tiles | None:
    """Return the summary of a result; None where not all rows are at hand."""
    return None if result.facets is None else Tiles(query, result, result.facets)


def tiles(counted: Mapping[str, list[ValueCount]], query: Query) -> list[Choice]:
    """Return a tile for each state that the summary counts, and one for the late calls."""
    return [
        _tile(name, rows, query)._replace(hint=HINTS[name])
        for name, rows in summary(counted).items()
        if rows or name != "unknown"
    ]


def repeat_tiles(counted: Mapping[str, list[ValueCount]], query: Query) -> list[Choice]:
    """Return a tile for each way to repeat others of a number that there are rows of."""
    return [
        _repeat_tile(line, query, *REPEATED[line.value])
        for line in counted["repeats"]
        if line.value in REPEATED
    ]


def _repeat_tile(
    line: ValueCount, query: Query, text: str | Promise, hint: str | Promise
) -> Choice:
    found = choice_of("repeats", line, query, {})
    return found._replace(text=str(text), hint=hint, css="repeat")


def _tile(name: str, rows: int, query: Query) -> Choice:
    """Return a number of the summary; a state takes the place of those that are chosen."""
    if name == "late":
        return choice_of(name, ValueCount("true", None, rows), query, {})
    state = choice_of("states", ValueCount(name, None, rows), query, {})
    alone = query.wanted_states() == (name,)
    return state if alone else state._replace(address=query.but(states=(name,)).urlencode())
