"""Ask a question: the one door of this room for pages and files."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings

from appoints import gateway
from appoints.models import Connection, Snapshot

from . import criteria, errors, narrowing, snapshots, waiting
from .criteria import Asked
from .frame import Rules
from .frames import CACHE
from .moments import EVER, Window
from .narrowing import Reasons
from .pool import POOL
from .query import Query
from .result import Result, browsing

NEAR = timedelta(minutes=1)  # what iSales may round a range by
LOOK_AGAIN = 0.02  # seconds between two looks at a snapshot that is being loaded


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
    asked = criteria.whole(query, window, zone, connection)
    while True:
        try:
            return _ask(connection, query, window, asked, wait, reasons, person)
        except snapshots.RowsLost:
            continue  # it was dropped; what is left is asked, or else iSales


def hurry(connection: Connection, query: Query, window: Window, zone: ZoneInfo) -> None:
    """Let the next look at a question bring newer rows as soon as the pace allows."""
    snapshots.hurry(connection, criteria.whole(query, window, zone, connection), window)


def _ask(
    connection: Connection,
    query: Query,
    window: Window,
    asked: Asked,
    wait: float,
    reasons: Reasons,
    person: int | None,
) -> Result:
    def shown(snapshot: Snapshot) -> Result:
        return _shown(snapshot, query, window, asked, connection, reasons)

    known = list(snapshots.covering(connection, asked, window))
    for snapshot in known:
        if (
            snapshots.is_fresh(snapshot)
            and _answers(snapshot, query, asked, connection)
            and _is_sure(snapshot, query, asked, connection)
        ):
            return shown(snapshot)
    older = next((each for each in known if _answers(each, query, asked, connection)), None)
    try:
        found = _load(connection, asked, wait, person)
        if found.status == Snapshot.Status.TOO_MANY:
            return browsing(connection, query, window, rules())
    except errors.ERRORS as error:
        if older is None:
            raise
        return replace(shown(older), error=error)
    if found.status == Snapshot.Status.WHOLE or older is None:
        return shown(found)
    return replace(shown(older), refreshing=True)


def _load(connection: Connection, asked: Asked, wait: float, person: int | None) -> Snapshot:
    """Return the snapshot of what is asked once it is loaded, or as it is after ``wait`` seconds.

    Raises what the load failed with.
    """
    connection.refresh_from_db()
    if connection.resting:
        raise gateway.Resting(connection)
    deadline = time.monotonic() + wait
    snapshot = waiting.begin_or_join(connection, asked, person)
    while True:
        if snapshot.status == Snapshot.Status.FAILED:
            raise errors.from_json(snapshot.failure or {})
        if snapshot.status != Snapshot.Status.LOADING:
            return snapshot
        if time.monotonic() > deadline:
            if not snapshot.received and (failure := snapshots.failure_before(snapshot)):
                raise errors.from_json(failure)
            return snapshot
        if not snapshots.is_leased(snapshot):
            POOL.wake()
        time.sleep(LOOK_AGAIN)
        try:
            snapshot = Snapshot.objects.select_related("connection").get(pk=snapshot.pk)
        except Snapshot.DoesNotExist:
            raise snapshots.RowsLost from None


def _answers(snapshot: Snapshot, query: Query, asked: Asked, connection: Connection) -> bool:
    """Tell whether a snapshot that holds the window also answers for the agents.

    An agent may be named by account or by ID, and rows show but one of them, so that only a value
    that occurs can be filtered by here; iSales must be asked for any other.
    """
    if not query.agents or _asked_for(snapshot, asked, connection):
        return True
    present = set(CACHE.of(snapshot, rules())["agent"].unique())
    return present.issuperset(query.agents)


def _is_sure(snapshot: Snapshot, query: Query, asked: Asked, connection: Connection) -> bool:
    """Tell whether of each row of a snapshot it can be told if iSales would send it for this.

    Of a row whose time cannot be read, iSales alone knows to which part of the range it belongs.
    """
    rows = CACHE.of(snapshot, rules())
    if (snapshot.begin, snapshot.end) != asked.window and rows["appoint_time"].null_count():
        return False
    return _asked_for(snapshot, asked, connection) or narrowing.is_sure(rows, query)


def _astray(snapshot: Snapshot, rows: pl.DataFrame, query: Query, connection: Connection) -> int:
    """Count the rows that iSales sent though their time, number or task was not asked for."""
    window = EVER
    if connection.range_field == Connection.RangeField.APPOINT_TIME:
        begin, end = snapshot.begin, snapshot.end
        window = Window(begin and begin - NEAR, end and end + NEAR)
    return narrowing.left_out(rows, query, window, chosen=True)


def _asked_for(snapshot: Snapshot, asked: Asked, connection: Connection) -> bool:
    return snapshot.subject == snapshots.subject_of(asked.criteria, connection)


def _shown(
    snapshot: Snapshot,
    query: Query,
    window: Window,
    asked: Asked,
    connection: Connection,
    reasons: Reasons,
) -> Result:
    rows = CACHE.of(snapshot, rules())
    chosen = _asked_for(snapshot, asked, connection)
    if asked.criteria.agents and chosen:
        # iSales chose by its own names of the agents, which the rows need not show.
        query = query.but(agents=())
    return Result.of(
        rows,
        query,
        window,
        reasons=reasons,
        chosen=chosen,
        astray=_astray(snapshot, rows, query if chosen else Query(), connection),
        mode="whole" if snapshot.status == Snapshot.Status.WHOLE else "loading",
        as_of=snapshot.as_of,
        fresh_until=snapshots.fresh_until(snapshot),
        newer_from=snapshots.rested(snapshot, 1),
        reported=snapshot.total,
        received=snapshot.received,
        waiting=waiting.before(snapshot),
    )
