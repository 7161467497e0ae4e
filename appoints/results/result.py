"""What is at hand for a question: every row of it, the rows so far, or one page of iSales' own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import polars as pl
from django.utils import timezone

from appoints.models import Connection

from . import browse, criteria, frame
from .moments import Window
from .query import Query

Mode = Literal["whole", "loading", "browsing"]


class NeedsWhole(Exception):
    """A page of iSales' own list was asked for what needs every row: ``names`` are parameters."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Rows for a question, and how much of the whole they are.

    ``rows`` match all filters and are in order: all that are at hand, or while ``browsing`` those
    of the page. ``total`` counts what matches: exact when ``whole``, iSales' own count when
    ``browsing``, so far when ``loading``. ``reported`` and ``received`` are rows before local
    filters; they differ when iSales' count cannot be settled. ``error`` is why nothing newer is
    at hand. ``as_of`` is when the oldest row was fetched, None without any.
    """

    mode: Mode
    rows: pl.DataFrame
    total: int
    as_of: datetime | None
    reported: int | None = None
    received: int = 0
    error: Exception | None = None

    def page(self, number: int, size: int) -> list[dict[str, object]]:
        """Return the records of a page, counted from 1; a record has the frame's columns."""
        if self.mode == "browsing":
            return self.rows.to_dicts()
        return self.rows.slice((number - 1) * size, size).to_dicts()


def browsing(
    connection: Connection, query: Query, window: Window, rules: frame.Rules
) -> Result:
    """Return one page of iSales' own list. Raises NeedsWhole, or what a call to iSales raises."""
    if names := query.local():
        raise NeedsWhole(names)
    asked = criteria.exact(query, window, connection)
    found = browse.page(connection, asked, query, rules)
    return Result(
        mode="browsing",
        rows=found.rows,
        total=found.total,
        as_of=timezone.now(),
        reported=found.total,
        received=found.rows.height,
    )
