"""Load of a snapshot: the first page alone, the others in parallel, then what has shifted."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence

import polars as pl
from django.conf import settings
from django.db import Error
from django.db import connection as database
from django.utils import timezone

from appoints.connections.errors import InternalError, database_failure
from appoints.isales.client import Criteria
from appoints.isales.errors import FetchError
from appoints.snapshots import fetcher, frame, leases, store
from appoints.snapshots.fetcher import Arrival
from appoints.snapshots.frame import Fetched
from appoints.snapshots.models import Snapshot
from appoints.snapshots.reconcile import PageInfo, deduplicated, has_new_rows, pages_to_refetch

logger = logging.getLogger(__name__)

CHUNK = 1000  # rows, about
INSERTED = 1_000_000  # number of the chunk of inserted rows
SHOWN_EVERY = 1.0  # seconds between two writes of chunks that are still growing
HEARTBEAT = 5.0  # seconds between two renewals of the lease


class Paused(Exception):
    """Nobody waits for the load any more; its rows so far are kept."""


def run(snapshot: Snapshot) -> None:
    """Fetch, and store what went wrong; the caller holds the snapshot's lease."""
    try:
        Load(snapshot).run()
    except leases.LeaseLost:
        logger.warning("snapshot %s: another worker goes on with it", snapshot.pk)
    except Exception as error:  # noqa: BLE001 or pages would wait for the lease's end
        _give_up(snapshot, error)
    finally:
        database.close()


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

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.limit = snapshot.limit
        self.criteria = Criteria()
        self.infos: dict[int, PageInfo] = {}
        self.unwritten: dict[int, dict[int, Fetched]] = {}  # by chunk and offset, not yet written
        self.rows: dict[int, pl.DataFrame] = {}  # by chunk, as written
        self.written = self.last_heartbeat = self.worked_until = time.monotonic()

    def run(self) -> None:
        """Load what is missing. Raises LeaseLost; failures of iSales are stored."""
        try:
            self.criteria = store.criteria_of(self.snapshot)
            self._resume()
            self._load()
        except Paused:
            self._write(list(self.unwritten))
            leases.keep(self.snapshot, leased_until=timezone.now())
        except store.TooManyRows:
            store.finish(self.snapshot, Snapshot.Status.TOO_MANY, total=self.total)
        except FetchError as error:
            self._write(list(self.unwritten))
            store.finish(self.snapshot, Snapshot.Status.FAILED, failure=error.to_json())

    @property
    def total(self) -> int:
        """What iSales reported last."""
        return self.snapshot.total or 0

    def _resume(self) -> None:
        for chunk, rows in store.readable(self.snapshot.chunks.order_by("number")):
            self.rows[chunk.number] = rows
            self.infos |= {at: PageInfo(total, count) for at, total, count in chunk.pages}
        if self.infos and self.snapshot.total is None:
            # Whoever began was stopped between the pages and their total.
            self.snapshot.total = self.infos[max(self.infos)].total

    def _load(self) -> None:
        if 0 not in self.infos:
            self._fetch([0])
        self._fetch_missing()
        self._find_inserted()
        pages = self._pages()
        refetch = pages_to_refetch(pages, self.infos, self.total, deduplicated(pages).height)
        if refetch:
            self._fetch(refetch)
            self._fetch_missing()
        rows, as_of = deduplicated(self._pages()), self._as_of()
        counts = {"received": rows.height, "unfinished": rows.filter(frame.is_unfinished()).height}
        del rows
        self.rows.clear()  # whoever waits reads them anew; twice in memory they are too many
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
                if not full or (last and not has_new_rows(self._pages(), last)):
                    return
                missing = [last + self.limit]
            self._fetch(missing)

    def _find_inserted(self) -> None:
        """Fetch the rows that were inserted between others while pages were read.

        An inserted row shifts all that follow, and every later page with them: so a binary search
        over the pages finds the place, and not all of them are read again.
        """
        while missing := self.total - len(self._seen()):
            before = sorted(at for at, info in self.infos.items() if info.total < self.total)
            if missing < 0 or not before or not self._find_inserted_page(before):
                return
            self._fetch_missing()

    def _find_inserted_page(self, offsets: Sequence[int]) -> bool:
        """Keep the new rows of the page that a binary search finds; tell whether there were any."""
        seen = self._seen()
        low, high = 0, len(offsets)
        while low < high:
            middle = (low + high) // 2
            fetched, self.snapshot.total = next(self._arrivals([offsets[middle]]))
            new = [row for row in fetched.rows if row.appoint_id and row.appoint_id not in seen]
            if new:
                self.unwritten.setdefault(INSERTED, {})[len(seen)] = fetched._replace(rows=new)
                return True
            if self._ids(offsets[middle]) == {row.appoint_id for row in fetched.rows}:
                low = middle + 1
            else:
                high = middle
        return False

    def _seen(self) -> set[str]:
        """Return the IDs of all rows that arrived; one of its own stands for each row without."""
        rows = deduplicated(self._pages())["appoint_id"]
        return {name or f"no ID {number}" for number, name in enumerate(rows)}

    def _ids(self, offset: int) -> set[str | None]:
        return set(self._pages().filter(pl.col("offset") == offset)["appoint_id"])

    def _fetch(self, offsets: Iterable[int]) -> None:
        for arrived in self._arrivals(offsets):
            self._keep(*arrived)
            self._heartbeat()

    def _arrivals(self, offsets: Iterable[int]) -> Iterator[Arrival]:
        """Yield pages as they arrive, and renew the lease in between."""
        connection = self.snapshot.connection
        for arrived in fetcher.pages(connection, self.criteria, self.limit, offsets):
            if arrived is None:
                self._heartbeat()
            else:
                self._count_work(arrived[0].took)
                yield arrived

    def _count_work(self, took: float) -> None:
        """Count the seconds for which a call was out; calls side by side count once."""
        now = time.monotonic()
        self.snapshot.worked += max(0.0, min(took, now - self.worked_until))
        self.worked_until = now

    def _keep(self, fetched: Fetched, total: int) -> None:
        number = fetched.offset // self.limit // self._pages_a_chunk
        self.unwritten.setdefault(number, {})[fetched.offset] = fetched
        self.infos[fetched.offset] = PageInfo(total, len(fetched.rows))
        self.snapshot.total = total
        most = self.snapshot.most or settings.APPOINTS_MOST_ROWS
        if max(self.total, self._received) > most:
            raise store.TooManyRows

    @property
    def _pages_a_chunk(self) -> int:
        return max(1, CHUNK // self.limit)

    @property
    def _received(self) -> int:
        return sum(info.rows for info in self.infos.values())

    def _heartbeat(self) -> None:
        """Write full chunks, renew the lease, and pause where nobody waits any more."""
        ready = [number for number in self.unwritten if self._is_full(number)]
        if time.monotonic() - self.written > SHOWN_EVERY:
            ready = list(self.unwritten)
        if ready:
            self._write(ready)
        elif time.monotonic() - self.last_heartbeat < HEARTBEAT:
            return
        self.last_heartbeat = time.monotonic()
        leases.keep(self.snapshot)
        self.snapshot.refresh_from_db(fields=["wanted"])
        if timezone.now() - self.snapshot.wanted > store.UNWANTED:
            raise Paused

    def _is_full(self, number: int) -> bool:
        return all(offset in self.infos for offset in self._offsets(number))

    def _offsets(self, number: int) -> range:
        """Return the offsets of the pages that belong into a chunk."""
        first = number * self._pages_a_chunk
        return range(first * self.limit, (first + self._pages_a_chunk) * self.limit, self.limit)

    def _write(self, numbers: Iterable[int]) -> None:
        for number in sorted(numbers):
            arrived = self.unwritten.pop(number)
            rows = frame.plain([arrived[at] for at in sorted(arrived)])
            if (before := self.rows.get(number)) is not None:
                again = pl.col("offset").is_in([] if number == INSERTED else list(arrived))
                rows = pl.concat([before.filter(~again), rows])
            self.rows[number] = rows
            infos = {at: self.infos[at] for at in self._offsets(number) if at in self.infos}
            store.write(self.snapshot, number, infos, rows)
        leases.keep(
            self.snapshot,
            total=self.total,
            received=self._received,
            as_of=self._as_of(),
            worked=self.snapshot.worked,
        )
        self.written = self.last_heartbeat = time.monotonic()

    def _pages(self) -> pl.DataFrame:
        if self.unwritten:
            self._write(list(self.unwritten))
        return pl.concat(self.rows.values())

    def _as_of(self) -> object:
        """Return when the oldest row was fetched."""
        fetched = [rows["fetched_at"] for rows in self.rows.values() if not rows.is_empty()]
        return pl.concat(fetched).min() if fetched else timezone.now()
