"""Ask a question: the single entry point for pages and files."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings
from django.db import Error as DatabaseError
from django.utils.translation import get_language

from appoints.connections.errors import database_failure
from appoints.connections.models import Connection
from appoints.isales.errors import FetchError
from appoints.query.filters import NAMES
from appoints.query.query import Query
from appoints.query.time_range import EVER, Window
from appoints.results import filtering
from appoints.results.cache import CACHE
from appoints.results.filtering import Reasons
from appoints.results.looks import Look, looked_for, looks, plan_of, together
from appoints.results.result import NeedsWhole, Result, browsing
from appoints.results.states import Rules
from appoints.snapshots import queue, store, waiting
from appoints.snapshots.models import Snapshot
from appoints.snapshots.upstream import UpstreamRequest

NEAR = timedelta(minutes=1)  # what iSales may round a range by


def rules() -> Rules:
    """Return the rules of this installation."""
    return Rules(grace=settings.APPOINTS_LATE_GRACE)


def ask(
    connection: Connection,
    query: Query,
    window: Window,
    zone: ZoneInfo,
    *,
    wait: float,
    reasons: Reasons = dict,
    person: int | None = None,
) -> Result:
    """Return what is at hand for a question of a person after at most ``wait`` seconds.

    ``reasons`` are the words that ``fail_reason`` is sorted by; without, by its codes. Raises
    NeedsWhole where only iSales' own pages can be had and the question needs every row, and what a
    call to iSales raises where no row is at hand at all.
    """
    found = Asking(connection, query, window, zone, person)
    deadline = time.monotonic() + wait
    while True:
        try:
            return found.result(deadline, reasons)
        except store.RowsLost:
            continue  # it was dropped; what is left is asked, or else iSales


def request_refresh(connection: Connection, query: Query, window: Window, zone: ZoneInfo) -> None:
    """Request newer rows for the next look at a question, as soon as the pace allows."""
    with suppress(store.RowsLost):  # what was dropped is asked for anew anyway
        for look in looks(connection, query, window, zone, rules()):
            store.request_refresh(connection, look.asked, window)


class Found(NamedTuple):
    """A snapshot that answers; why nothing newer does, or whether newer rows are coming."""

    snapshot: Snapshot
    error: FetchError | None = None
    refreshing: bool = False


@dataclass(frozen=True)
class Asking:
    """A question of a person, and how it is answered from what is at hand and from iSales."""

    connection: Connection
    query: Query
    window: Window
    zone: ZoneInfo
    person: int | None

    def result(self, deadline: float, reasons: Reasons) -> Result:
        """Return what is at hand by the deadline, on the monotonic clock."""
        asked = looks(self.connection, self.query, self.window, self.zone, rules())
        try:
            found = self._found(asked, deadline)
        except store.TooManyRows:
            if len(asked) > 1:
                # Pages of several lists are no pages of one.
                raise NeedsWhole([NAMES["number"]]) from None
            return browsing(self.connection, asked[0].query, self.window, rules())
        return self._shown(found, asked, reasons)

    def _found(self, asked: Sequence[Look], deadline: float) -> list[Found]:
        """Return an answer for each look in turn, up to one that is still being loaded."""
        found: list[Found] = []
        error = None
        for look in asked:
            one = self._find(look, deadline, error)
            if not _asked_for(one.snapshot, look.asked, self.connection):
                return [one]  # it holds every number
            found.append(one)
            error = error or one.error
            if one.snapshot.status != Snapshot.Status.WHOLE:
                break
        return found

    def _find(self, look: Look, deadline: float, error: FetchError | None) -> Found:
        """Return what answers for a look; iSales is not asked again after an error."""
        query, asked, connection = look.query, look.asked, self.connection
        known = list(store.covering(connection, asked, self.window))
        for snapshot in known:
            if (
                store.is_fresh(snapshot)
                and _answers(snapshot, query, asked, connection)
                and _is_sure(snapshot, query, asked, connection)
            ):
                return Found(snapshot)
        older = next((each for each in known if _answers(each, query, asked, connection)), None)
        try:
            if error is not None:
                raise error
            found = waiting.load(connection, asked, deadline, self.person)
        except (FetchError, DatabaseError) as caught:
            failure = caught if isinstance(caught, FetchError) else database_failure(caught)
            if older is None or failure is None:
                raise
            return Found(older, failure)
        if found.status == Snapshot.Status.TOO_MANY:
            raise store.TooManyRows
        if found.status == Snapshot.Status.WHOLE or older is None:
            return Found(found)
        return Found(older, refreshing=True)

    def _shown(self, found: Sequence[Found], asked: Sequence[Look], reasons: Reasons) -> Result:
        held = [each.snapshot for each in found]
        searched = bool(self.query.text)
        chosen = _asked_for(held[0], asked[0].asked, self.connection)
        query, plan = self.query, plan_of(self.connection)
        wanted = query if chosen else Query()
        unrequested = [_unrequested(each, wanted, self.connection) for each in held]
        if chosen and asked[0].asked.criteria.agents:
            # iSales chose by its own names of the agents, which the rows need not show.
            query = query.but(agents=())
        whole = all(each.status == Snapshot.Status.WHOLE for each in held)
        return Result.of(
            together([CACHE.of(each, rules(), searched=searched) for each in held], asked),
            query,
            self.window,
            reasons=reasons,
            language=get_language() or "",
            plan=plan,
            chosen=chosen,
            unrequested=together(unrequested, asked).height,
            mode="whole" if whole and (len(held) == len(asked) or not chosen) else "loading",
            **_progress(found),
            writings=looked_for(query.number, plan, asked),
        )


def _progress(found: Sequence[Found]) -> dict[str, object]:
    """Return how far the loads have come, how old their rows are, and what went wrong."""
    held = [each.snapshot for each in found]
    totals = [each.total for each in held if each.total is not None]
    return {
        "as_of": min((each.as_of for each in held if each.as_of), default=None),
        "fresh_until": _soonest(store.fresh_until(each) for each in held),
        "newer_from": _soonest(store.rested(each, 1) for each in held),
        "reported": sum(totals) if totals else None,
        "received": sum(each.received for each in held),
        "waiting": queue.before(held[-1]),
        "error": next((each.error for each in found if each.error), None),
        "refreshing": any(each.refreshing for each in found),
    }


def _answers(
    snapshot: Snapshot, query: Query, asked: UpstreamRequest, connection: Connection
) -> bool:
    """Tell whether a snapshot that holds the window also answers for the agents.

    An agent may be named by account or by ID, and rows show but one of them, so that only a value
    that occurs can be filtered by here; iSales must be asked for any other.
    """
    if not query.agents or _asked_for(snapshot, asked, connection):
        return True
    present = set(CACHE.of(snapshot, rules())["agent"].unique())
    return present.issuperset(query.agents)


def _is_sure(
    snapshot: Snapshot, query: Query, asked: UpstreamRequest, connection: Connection
) -> bool:
    """Tell whether every row has the data needed to decide if iSales would send it.

    Of a row whose time cannot be read, iSales alone knows to which part of the range it belongs.
    """
    rows = CACHE.of(snapshot, rules())
    if (snapshot.begin, snapshot.end) != asked.window and rows["appoint_time"].null_count():
        return False
    return _asked_for(snapshot, asked, connection) or filtering.is_sure(rows, query)


def _unrequested(snapshot: Snapshot, query: Query, connection: Connection) -> pl.DataFrame:
    """Return the rows that iSales sent though their time, number or task was not asked for."""
    window = EVER
    if connection.range_field == Connection.RangeField.APPOINT_TIME:
        begin, end = snapshot.begin, snapshot.end
        window = Window(begin and begin - NEAR, end and end + NEAR)
    rows, plan = CACHE.of(snapshot, rules()), plan_of(connection)
    return filtering.left_out(rows, query, window, plan=plan, chosen=True)


def _asked_for(snapshot: Snapshot, asked: UpstreamRequest, connection: Connection) -> bool:
    return snapshot.subject == store.subject_of(asked.criteria, connection)


def _soonest(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest moment; None where one is not known yet."""
    known = list(moments)
    return None if None in known else min(each for each in known if each)
