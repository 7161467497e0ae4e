"""Where in a result a page is, and where the others are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from appoints.query.filters import PER_PAGE
from appoints.query.query import Query


class Pager:
    """Pages of ``size`` rows over ``total`` rows; ``shown`` rows are on this one.

    ``offered`` are the page sizes that can be chosen.
    """

    def __init__(
        self, query: Query, total: int, size: int, shown: int, offered: Sequence[int] = PER_PAGE
    ) -> None:
        self.query = query
        self.offered = offered
        self.total = total
        self.size = size
        self.number = query.page
        self.pages = max(1, -(-total // size))
        self.first_row = (query.page - 1) * size + 1
        self.last_row = self.first_row + shown - 1
        self.past_end = query.page > self.pages

    @property
    def first(self) -> str | None:
        """The address of the first page, None on it."""
        return self._at(1) if self.number > 1 else None

    @property
    def previous(self) -> str | None:
        """The address of the page before this one, None on the first."""
        return self._at(min(self.number - 1, self.pages)) if self.number > 1 else None

    @property
    def next(self) -> str | None:
        """The address of the page after this one, None on the last."""
        return self._at(self.number + 1) if self.number < self.pages else None

    @property
    def last(self) -> str | None:
        """The address of the last page, None on it."""
        return self._at(self.pages) if self.number != self.pages else None

    @property
    def sizes(self) -> list[tuple[int, str]]:
        """The page sizes that can be chosen, each with the address of its first page."""
        return [(size, self.query.but(per_page=size).urlencode()) for size in self.offered]

    def _at(self, number: int) -> str:
        return replace(self.query, page=number).urlencode()
