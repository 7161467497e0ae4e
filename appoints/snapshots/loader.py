"""Load of a snapshot: the first page alone, the others in parallel, then what has shifted."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Event

from django.conf import settings
from django.db import Error, transaction
from django.db import connection as database
from django.utils import timezone

from appoints.connections.errors import InternalError, database_failure
from appoints.isales.client import Criteria
from appoints.isales.errors import FetchError
from appoints.snapshots import fetcher, frame, leases, moves, store
from appoints.snapshots.arrived import Arrived
from appoints.snapshots.load_turn import LoadTurn, Paused
from appoints.snapshots.models import Snapshot
from appoints.snapshots.page_queue import Arrival
from appoints.snapshots.reconcile import PageInfo, has_new_rows, pages_to_refetch

logger = logging.getLogger(__name__)


def run(snapshot: Snapshot, stop: Event) -> None:
    """Fetch, and store what went wrong; the caller holds the snapshot's lease.

    Once ``stop`` is set, the lease is given back, so that another worker goes on at once.
    """
    try:
        Load(snapshot, stop).run()
    except leases.LeaseLost:
        logger.warning("snapshot %s: another worker goes on with it", snapshot.pk)
    except Exception as error:  # noqa: BLE001 or pages would wait for the lease's end
        _give_up(snapshot, error)


def _give_up(snapshot: Snapshot, error: Exception) -> None:
    logger.error("snapshot %s: loading broke off", snapshot.pk, exc_info=error)
    failure = database_failure(error) or InternalError("loading broke off")
    database.close()  # it may be broken
    try:
        store.finish(snapshot, Snapshot.Status.FAILED, failure=failure.to_json())
    except leases.LeaseLost:
        pass
    except Error as again:
        # Pages meet the same failure of the database, and the lease ends by itself.
        logger.warning("snapshot %s: nor can its end be stored: %s", snapshot.pk, again)


class Load:
    """The work of one lease holder on a snapshot, which another may have begun."""

    def __init__(self, snapshot: Snapshot, stop: Event | None = None) -> None:
        self.snapshot = snapshot
        self.limit = snapshot.limit
        self.criteria = Criteria()
        self.arrived = Arrived(snapshot)
        self.turn = LoadTurn(snapshot, self.arrived, stop)
        self.worked_until = time.monotonic()

    def run(self) -> None:
        """Load what is missing. Raises LeaseLost; failures of iSales are stored."""
        try:
            self.criteria = store.criteria_of(self.snapshot)
            if self.snapshot.lease > 1:  # another loader had it before
                self.arrived.resume()
            self._load()
        except Paused:
            self.arrived.write_all()
            leases.keep(self.snapshot, leased_until=timezone.now())
        except store.TooManyRows:
            store.finish(self.snapshot, Snapshot.Status.TOO_MANY, total=self.total)
        except FetchError as error:
            self.arrived.write_all()
            store.finish(self.snapshot, Snapshot.Status.FAILED, failure=error.to_json())

    @property
    def total(self) -> int:
        """What iSales reported last."""
        return self.snapshot.total or 0

    @property
    def infos(self) -> Mapping[int, PageInfo]:
        """The pages that have come, by offset."""
        return self.arrived.infos

    def _load(self) -> None:
        if 0 not in self.infos:
            self._fetch([0])
        self._fetch_missing()
        self._find_inserted()
        received = self.arrived.rows().height
        if refetch := pages_to_refetch(self.arrived.pages(), self.infos, self.total, received):
            self._fetch(refetch)
            self._fetch_missing()
        self._finish()

    def _finish(self) -> None:
        """Store that the rows are whole, and which other snapshots lack calls that moved away."""
        as_of, followed = self.arrived.as_of(), moves.is_followed(self.snapshot)
        rows = self.arrived.rows()
        gone = moves.gone(self.snapshot, rows) if followed else {}
        found = list(moves.look_for(gone, self._page_of)) if gone else []
        self.arrived.clear()
        unfinished = rows.select(frame.is_unfinished().sum()).item()
        counts = {"received": rows.height, "unfinished": unfinished}
        with transaction.atomic():
            if followed:
                # Two loads that end together tell each other in turn.
                self.snapshot.connection.refresh(("id",), lock=True)
                moves.mark(self.snapshot, found)
                moves.settle(self.snapshot, rows, as_of)
            del rows  # see Arrived.clear
            store.finish(self.snapshot, Snapshot.Status.WHOLE, as_of=as_of, **counts)

    def _fetch_missing(self) -> None:
        """Fetch up to the total, and past it while full pages bring rows that are new.

        "Total" may be that of the page (isales-api.md section 1), so that a full last page is no
        proof of the end. Where the total ends a page, the one past it is asked for with the others.
        """
        while True:
            known = range(0, self.total + 1, self.limit)
            missing = [offset for offset in known if offset not in self.infos]
            if not missing:
                last = max(self.infos)
                full = self.infos[last].rows >= self.limit
                if not full or (last and not has_new_rows(self.arrived.pages(), last)):
                    return
                missing = [last + self.limit]
            self._fetch(missing)

    def _find_inserted(self) -> None:
        """Fetch the rows that were inserted between others while pages were read.

        An inserted row shifts all that follow, and every later page with them: so a binary search
        over the pages finds the place, and not all of them are read again.
        """
        while missing := self.total - self.arrived.rows().height:
            before = sorted(at for at, info in self.infos.items() if info.total < self.total)
            if missing < 0 or not before or not self._find_inserted_page(before):
                return
            self._fetch_missing()

    def _find_inserted_page(self, offsets: Sequence[int]) -> bool:
        """Keep the new rows of the page that a binary search finds; tell whether there were any."""
        seen = self.arrived.names()
        low, high = 0, len(offsets)
        while low < high:
            middle = (low + high) // 2
            fetched, self.snapshot.total = next(self._arrivals([offsets[middle]]))
            new = [row for row in fetched.rows if row.appoint_id and row.appoint_id not in seen]
            if new:
                self.arrived.keep_inserted(fetched, new, len(seen))
                return True
            if self.arrived.names_of(offsets[middle]) == {row.appoint_id for row in fetched.rows}:
                low = middle + 1
            else:
                high = middle
        return False

    def _fetch(self, offsets: Iterable[int]) -> None:
        self.turn.wanted = wanted = deque(offsets)
        for fetched, total in self._arrivals(wanted):
            is_first = not self.infos
            self.arrived.keep(fetched, total)
            self.snapshot.total = total
            most = self.snapshot.most or settings.APPOINTS_MOST_ROWS
            if max(self.total, self.arrived.received) > most:
                raise store.TooManyRows
            if is_first and self.turn.begin_rest():
                wanted.extend(range(self.limit, self.total + 1, self.limit))
                fetcher.go_on(self.snapshot.connection)
            self.turn.heartbeat()
        if self.turn.gives_way:
            raise Paused

    def _page_of(self, criteria: Criteria) -> Arrival:
        """Return the first page of other rows than those that are loaded."""
        return next(self._arrivals([0], criteria))

    def _arrivals(
        self, offsets: Iterable[int], criteria: Criteria | None = None
    ) -> Iterator[Arrival]:
        """Yield pages as they arrive, and renew the lease in between."""
        asked = criteria or self.criteria
        connection = self.snapshot.connection
        for arrived in fetcher.pages(connection, asked, self.limit, offsets, self.turn.stop):
            if arrived is None:
                self.turn.heartbeat()
            else:
                self._count_work(arrived[0].took)
                yield arrived

    def _count_work(self, took: float) -> None:
        """Count the seconds for which a call was out; calls side by side count once."""
        now = time.monotonic()
        self.snapshot.worked += max(0.0, min(took, now - self.worked_until))
        self.worked_until = now
