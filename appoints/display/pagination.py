"""Where in a result a page is, and where the others are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from appoints.query.filters import PER_PAGE
from appoints.query.query import Query


@dataclass(frozen=True)
class Pager:
    """Pages of ``size`` rows over ``total`` rows; ``shown`` rows are on this one.

    ``offered`` are the page sizes that can be chosen.
    """

    query: Query
    total: int
    size: int
    shown: int
    offered: tuple[int, ...] = tuple(PER_PAGE)

    @property
    def number(self) -> int:
        """The number of this page, from 1."""
        return self.query.page

    @property
    def pages(self) -> int:
        """How many pages there are; one of no rows, too."""
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        """The number of this page's first row, from 1."""
        return (self.number - 1) * self.size + 1

    @property
    def last_row(self) -> int:
        """The number of this page's last row."""
        return self.first_row + self.shown - 1

    @property
    def past_end(self) -> bool:
        """Whether there are fewer pages than the address asks for."""
        return self.number > self.pages

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
