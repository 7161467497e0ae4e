"""What iSales is asked for a question."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.rows import EARLIEST, LATEST
from appoints.query.query import Query
from appoints.query.time_range import Window, midnight

# How a server that leaves out one end or both is brought to list exactly what is asked: what to
# add to begin and end, in milliseconds. Where it is not known, both ends count as included.
ENDS = {
    Connection.RangeEnds.UNKNOWN: (0, -1),
    Connection.RangeEnds.INCLUSIVE: (0, -1),
    Connection.RangeEnds.EXCLUSIVE_END: (0, 0),
    Connection.RangeEnds.EXCLUSIVE: (-1, 0),
}


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# At an unknown or excluded begin, a millisecond more makes sure of the rows right on it.
EARLIER = {
    Connection.RangeEnds.UNKNOWN: -1,
    Connection.RangeEnds.INCLUSIVE: 0,
    Connection.RangeEnds.EXCLUSIVE_END: 0,
    Connection.RangeEnds.EXCLUSIVE: -1,
}


class UpstreamRequest(NamedTuple):
    """What iSales is asked, and the window of reserved times that is then sure to be held.

    ``most`` rows are loaded, None is as many as of any result.
    """

    criteria: Criteria
    window: Window
    most: int | None = None


def whole(query: Query, window: Window, zone: ZoneInfo, connection: Connection) -> UpstreamRequest:
    """Return what to ask so that every row of the window comes, for sliding windows the same.

    Where the range filters the booking time, it begins a booking horizon earlier, and ends a day
    later, for a booking may be stamped after the time it is for.
    """
    wide = rounded(window, zone)
    asked = wide
    if connection.range_field == Connection.RangeField.CREATE_TIME:
        asked = Window(
            wide.begin and wide.begin - settings.APPOINTS_BOOKING_HORIZON,
            wide.end and wide.end + DAY,
        )
    begin, end = milliseconds(asked)
    if begin is not None:
        begin += EARLIER[Connection.RangeEnds(connection.range_ends)]
    return UpstreamRequest(_criteria(begin, end, query), wide)


def everything(window: Window, connection: Connection, most: int | None) -> UpstreamRequest:
    """Return what to ask for every row of a window whose range filters the reserved time."""
    begin, end = milliseconds(window)
    if begin is not None:
        begin += EARLIER[Connection.RangeEnds(connection.range_ends)]
    return UpstreamRequest(Criteria(begin, end), window, most)


def rounded(window: Window, zone: ZoneInfo) -> Window:
    """Return the window rounded outward: to hours, or from a day's length on to local days."""
    begin, end = window
    if begin and end and end - begin < DAY:
        return Window(_hour(begin), _hour(end + HOUR - timedelta(microseconds=1)))
    if begin:
        begin = midnight(begin.astimezone(zone).date(), zone)
    if end and (start := midnight(end.astimezone(zone).date(), zone)) != end:
        end = midnight(start.astimezone(zone).date() + DAY, zone)
    return Window(begin, end)


def exact(query: Query, window: Window, connection: Connection) -> Criteria:
    """Return criteria whose rows are those of the window, with nothing left to bound locally."""
    begin, end = milliseconds(window)
    if begin is not None and end is not None:
        before, after = ENDS[Connection.RangeEnds(connection.range_ends)]
        begin, end = begin + before, end + after
    return _criteria(begin, end, query)


def _criteria(begin: int | None, end: int | None, query: Query) -> Criteria:
    asked = query.upstream()
    return Criteria(begin, end, asked.agents, asked.number, asked.task)


def milliseconds(window: Window) -> tuple[int | None, int | None]:
    """Return both ends in epoch milliseconds, or none: iSales is always sent both or none."""
    if window.begin is None and window.end is None:
        return None, None
    return _epoch(window.begin, EARLIEST), _epoch(window.end, LATEST)


def _epoch(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else round(moment.timestamp() * 1000)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
