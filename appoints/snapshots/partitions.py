"""The partitions that cover a window: spans of whole days, on a grid that all windows share.

The days are those of the connection's zone. A span is a power of two of days, begun at a multiple
of its length; one that holds more than a few pages is halved, down to days, so that a small centre
is loaded in few. The first page of a span tells how much it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from appoints.connections.models import Connection
from appoints.query.time_range import Window, midnight
from appoints.snapshots import upstream
from appoints.snapshots.models import Snapshot
from appoints.snapshots.upstream import UpstreamRequest
from dashboard.accounts.zone_names import zone_called

LONGEST = 32  # days of a span
PAGES = 2  # that a span of several days may hold
GUESSED = 0.5  # pages that one may be expected to hold
MOST_PARTITIONS = 100  # of a window; a longer one is loaded in one


class Span(NamedTuple):
    """A window with both ends."""

    begin: datetime
    end: datetime

    def meets(self, other: Span) -> bool:
        """Tell whether they overlap."""
        return self.begin < other.end and other.begin < self.end


class Partition(NamedTuple):
    """What iSales is asked for a span, and about how many rows it has; None is not known."""

    span: Span
    asked: UpstreamRequest
    rows: float | None


class Piece(NamedTuple):
    """The rows of a snapshot whose reserved time lies in a span, or is not known."""

    snapshot: Snapshot
    span: Span


def is_divided(connection: Connection, window: Window) -> bool:
    """Tell whether a window has both ends, and iSales bounds the time that it is of."""
    return _span_of(connection, window) is not None


def partitions_of(
    connection: Connection, window: Window, stored: Sequence[Snapshot]
) -> tuple[Partition, ...] | None:
    """Return the partitions that cover a window, in order; None where one load is better, or all.

    ``stored`` are the snapshots of everything that overlap the window, begun last first.
    """
    whole = _span_of(connection, window)
    if whole is None:
        return None
    found: list[Partition] = []
    for partition in _Grid.of(connection, stored).partitions(whole):
        found.append(partition)
        if len(found) > MOST_PARTITIONS:
            return None
    alone = len(found) == 1
    inside = sum(each.rows or 0 for each in found if alone or window.holds(each.asked.window))
    return None if inside > settings.APPOINTS_MOST_ROWS else tuple(found)


def _span_of(connection: Connection, window: Window) -> Span | None:
    """Return the window as a span; None where it is open, or the range filters another time."""
    by_reserved_time = connection.range_field == Connection.RangeField.APPOINT_TIME
    begin, end = window
    if not by_reserved_time or begin is None or end is None or begin >= end:
        return None
    return Span(begin, end)


@dataclass(frozen=True)
class _Grid:
    """The spans of a connection, and how many rows those that were asked for have."""

    connection: Connection
    zone: ZoneInfo
    totals: Mapping[Window, int]

    @classmethod
    def of(cls, connection: Connection, stored: Sequence[Snapshot]) -> _Grid:
        known = [each for each in reversed(stored) if each.total is not None]
        totals = {Window(each.begin, each.end): _rows_of(each) for each in known}
        return cls(connection, _zone_of(connection), totals)

    def partitions(self, whole: Span) -> Iterator[Partition]:
        """Yield the partitions that cover a span."""
        first = whole.begin.astimezone(self.zone).toordinal()
        last = whole.end.astimezone(self.zone).toordinal()
        for day in range(first - first % LONGEST, last + 1, LONGEST):
            yield from self._partitions(whole, day, LONGEST, None)

    def _partitions(
        self, whole: Span, day: int, days: int, estimate: float | None
    ) -> Iterator[Partition]:
        own, limit = self._span(day, days), self.connection.page_limit
        if not own.meets(whole):
            return
        most = None if days == 1 else PAGES * limit
        known = self.totals.get(Window(*own))
        rows = estimate if known is None else known
        # Rows are not spread evenly: where half a page is expected, there may be more than two.
        if rows is None or most is None or rows <= (GUESSED if known is None else PAGES) * limit:
            yield Partition(own, upstream.everything(Window(*own), self.connection, most), rows)
            return
        for begin in (day, day + days // 2):
            yield from self._partitions(whole, begin, days // 2, rows / 2)

    def _span(self, day: int, days: int) -> Span:
        begin, end = date.fromordinal(day), date.fromordinal(day + days)
        return Span(midnight(begin, self.zone), midnight(end, self.zone))


def _zone_of(connection: Connection) -> ZoneInfo:
    with suppress(ValueError):
        return zone_called(connection.time_zone)
    return ZoneInfo("UTC")


def _rows_of(snapshot: Snapshot) -> int:
    """Return how many rows a snapshot has, or is known to exceed."""
    if snapshot.status == Snapshot.Status.TOO_MANY:
        return max(snapshot.total or 0, 1 + (snapshot.most or 0))
    return snapshot.total or 0
