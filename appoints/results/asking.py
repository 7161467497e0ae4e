"""Ask a question: the one door of this room for pages and files."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings

from appoints.models import Connection

from .frame import Rules
from .moments import Window
from .query import Query
from .result import Result, browsing


def rules() -> Rules:
    """Return the rules of this installation."""
    return Rules(grace=settings.APPOINTS_LATE_GRACE)


def ask(
    connection: Connection, query: Query, window: Window, zone: ZoneInfo, *, wait: float
) -> Result:
    """Return what is at hand for a question after at most ``wait`` seconds.

    Raises NeedsWhole where only iSales' own pages can be had and the question needs every row,
    and what a call to iSales raises where no row is at hand at all.
    """
    return browsing(connection, query, window, rules())
