"""What iSales is asked for a question."""

from __future__ import annotations

from datetime import datetime

from appoints.isales.client import Criteria
from appoints.isales.rows import EARLIEST, LATEST
from appoints.models import Connection

from .moments import Window
from .query import Query

# How a server that leaves out one end or both is brought to list exactly what is asked: what to
# add to begin and end, in milliseconds. Where it is not known, both ends count as included.
ENDS = {
    Connection.RangeEnds.UNKNOWN: (0, -1),
    Connection.RangeEnds.INCLUSIVE: (0, -1),
    Connection.RangeEnds.EXCLUSIVE_END: (0, 0),
    Connection.RangeEnds.EXCLUSIVE: (-1, 0),
}


def exact(query: Query, window: Window, connection: Connection) -> Criteria:
    """Return criteria whose rows are those of the window, with nothing left to bound locally."""
    begin, end = milliseconds(window)
    if begin is not None and end is not None:
        before, after = ENDS[Connection.RangeEnds(connection.range_ends)]
        begin, end = begin + before, end + after
    return Criteria(begin, end, query.agents, query.number, query.task)


def milliseconds(window: Window) -> tuple[int | None, int | None]:
    """Return both ends in epoch milliseconds, or none: iSales is always sent both or none."""
    if window.begin is None and window.end is None:
        return None, None
    return _epoch(window.begin, EARLIEST), _epoch(window.end, LATEST)


def _epoch(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else round(moment.timestamp() * 1000)
