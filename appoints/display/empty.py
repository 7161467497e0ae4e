"""What could go, or be looked at instead, where no row matches."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple
from zoneinfo import ZoneInfo

from appoints.access.number_token import is_token
from appoints.display.chips import Names, chips
from appoints.labels import PRESET_WORDS
from appoints.query.filters import FILTERS, NAMES
from appoints.query.query import BLANK, Query
from appoints.results.result import Result

# What one leaves out together: a filter, or the ends of a range.
RANGE = ("preset", "begin", "end")
ASKED = (*((name,) for name, each in FILTERS.items() if not each.needs_whole), RANGE)
ELSEWHERE = ("last-7d", "next-7d")


class Suggestion(NamedTuple):
    """A filter in words, the address without it, and its rows; None where only iSales knows."""

    text: str
    rows: int | None
    address: str


class EmptyState:
    """Why a whole result without rows has none.

    ``in_range`` counts the rows that only filters of ours leave out. ``suggestions`` each bring
    rows, or may, the surest first; ``elsewhere`` are words and addresses of other times.
    """

    def __init__(self, query: Query, result: Result, zone: ZoneInfo, names: Names) -> None:
        self._query, self._result = query, result
        self._zone, self._names = zone, names
        self.in_range = result.in_range.height

    @property
    def is_good_news(self) -> bool:
        """Whether only overdue calls were asked for, and of the rows that exist none is overdue."""
        others = set(self._query.local()) - {"state", "preset", "sort"}
        return self.in_range > 0 and not others and self._query.wanted_states() == ("overdue",)

    @property
    def suggestions(self) -> list[Suggestion]:
        """What to leave out; all filters of ours together where no single one would do."""
        if not self.in_range:
            found = [self._suggestion(names, sure=False) for names in ASKED if self._has(names)]
        else:
            ours = [(name,) for name in FILTERS if self._narrows(name)]
            found = [each for each in map(self._suggestion, ours) if each.rows]
            if not found and ours and self._query.preset != "overdue":
                together = self._suggestion(tuple(name for names in ours for name in names))
                found = [together._replace(rows=self.in_range)]
        return sorted(found, key=lambda each: -(each.rows or 0))

    @property
    def writings(self) -> tuple[str, ...]:
        """In which writings the number was looked for; empty where other filters leave it out."""
        return () if self.in_range else self._result.writings

    @property
    def part_of_number(self) -> str:
        """Where the number is looked for as a part of others.

        Empty where none was asked for, where it is no possible text of a search, and where parts
        are not searched, for numbers are masked.
        """
        query = self._query
        if not query.number or is_token(query.number) or query.text or self.in_range:
            return ""
        text = query.number.strip()
        can_be_asked = FILTERS["text"].can_be(text)
        return query.but(number="", text=text).urlencode() if can_be_asked else ""

    @property
    def elsewhere(self) -> list[tuple[str, str]]:
        """Other times in words, with their addresses, where iSales has nothing for these."""
        if self.in_range or not self._has(RANGE):
            return []
        return [
            (
                str(PRESET_WORDS[name]),
                self._query.but(preset=name, begin=None, end=None).urlencode(),
            )
            for name in ELSEWHERE
            if name != self._query.preset
        ]

    def _has(self, names: tuple[str, ...]) -> bool:
        return any(getattr(self._query, name) != getattr(BLANK, name) for name in names)

    def _narrows(self, name: str) -> bool:
        """Tell whether a filter of ours leaves rows out."""
        blank = getattr(BLANK, name)
        is_ours = getattr(self._query.upstream(), name) == blank
        return (is_ours and self._has((name,))) or self._query.lacks(name)

    def _suggestion(self, names: tuple[str, ...], *, sure: bool = True) -> Suggestion:
        alone = replace(BLANK, **{name: getattr(self._query, name) for name in names})
        lacked = tuple(NAMES[name] for name in names if self._query.lacks(name))
        alone = replace(alone, without=lacked)
        text = ", ".join(chip.text for chip in chips(alone, self._zone, self._names))
        rows = self._result.rows_without_filter.get(names[0], 0)
        without = self._query.leaving_out(*names)
        # No row at hand may mean that iSales was not asked for any.
        return Suggestion(text, rows if sure or rows else None, without.urlencode())
