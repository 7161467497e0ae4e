"""The pages of a load that have come, and the chunks that they are written in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import polars as pl
from django.utils import timezone

from appoints.isales.rows import Row
from appoints.snapshots import frame, store, stored_rows
from appoints.snapshots.frame import Fetched
from appoints.snapshots.models import Snapshot
from appoints.snapshots.news import NEWS
from appoints.snapshots.reconcile import PageInfo, deduplicated

CHUNK = 1000  # rows, about
INSERTED = 1_000_000  # number of the chunk of inserted rows
NO_PAGE = PageInfo(0, 0)


class Arrived:
    """What a load holds of its snapshot; every write raises LeaseLost where the lease is lost.

    ``infos`` are the pages by their offset, ``received`` the rows of all of them, of which some may
    be the same.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.infos: dict[int, PageInfo] = {}
        self.received = 0
        self._unwritten: dict[int, dict[int, Fetched]] = {}  # by chunk and offset
        self._rows: dict[int, pl.DataFrame] = {}  # by chunk, as written
        self._fetched: dict[int, object] = {}  # by chunk, when the oldest row was
        self._pages_a_chunk = max(1, CHUNK // snapshot.limit)
        self._once: pl.DataFrame | None = None
        self._empty_since: datetime | None = None  # when the first page without rows was fetched

    def resume(self) -> None:
        """Read what another load has written."""
        for chunk, rows in stored_rows.readable(self.snapshot.chunks.order_by("number")):
            self._hold(chunk.number, rows)
            self.infos |= {at: PageInfo(total, count) for at, total, count in chunk.pages}
        self.received = sum(info.rows for info in self.infos.values())
        if self.infos and self.snapshot.total is None:
            # Whoever began was stopped between the pages and their total.
            self.snapshot.total = self.infos[max(self.infos)].total

    def keep(self, fetched: Fetched, total: int) -> None:
        """Keep a page, to be written with the others of its chunk."""
        number = fetched.offset // self.snapshot.limit // self._pages_a_chunk
        self._unwritten.setdefault(number, {})[fetched.offset] = fetched
        before = self.infos.get(fetched.offset, NO_PAGE)
        self.infos[fetched.offset] = PageInfo(total, len(fetched.rows))
        self.received += len(fetched.rows) - before.rows
        if not fetched.rows:
            self._empty_since = self._empty_since or fetched.at

    def keep_inserted(self, fetched: Fetched, rows: Sequence[Row], place: int) -> None:
        """Keep rows of a page that were inserted meanwhile, under a number of their own."""
        self._unwritten.setdefault(INSERTED, {})[place] = fetched._replace(rows=rows)

    def pages(self) -> pl.DataFrame:
        """Return the rows of all pages, once they are written."""
        self.write_all()
        # In order, or to look for rows that came twice would sort, and copy, all of them.
        return pl.concat(self._rows[number] for number in sorted(self._rows))

    def rows(self) -> pl.DataFrame:
        """Return the rows of all pages, once they are written, each reservation once."""
        self.write_all()
        if self._once is None:
            self._once = deduplicated(self.pages())
        return self._once

    def names(self) -> set[str]:
        """Return the IDs of all rows; one of its own stands for each row without."""
        rows = self.rows()["appoint_id"]
        return {name or f"no ID {number}" for number, name in enumerate(rows)}

    def names_of(self, offset: int) -> set[str | None]:
        """Return the IDs of the rows of one page."""
        return set(self.pages().filter(pl.col("offset") == offset)["appoint_id"])

    def as_of(self) -> datetime:
        """Return when the oldest page was fetched."""
        fetched = [self._empty_since, *self._fetched.values()]
        moments = [each for each in fetched if isinstance(each, datetime)]
        return min(moments, default=timezone.now())

    def write_full(self) -> bool:
        """Write the chunks of which all pages have come; tell whether there were any."""
        full = [number for number in self._unwritten if self._is_full(number)]
        self._write(full)
        return bool(full)

    def write_all(self) -> bool:
        """Write what is not written yet; tell whether there was any."""
        unwritten = list(self._unwritten)
        self._write(unwritten)
        return bool(unwritten)

    def clear(self) -> None:
        """Forget the rows; whoever waits reads them anew, and twice in memory they are too many."""
        self._rows.clear()
        self._once = None

    def _write(self, numbers: Iterable[int]) -> None:
        written = {number: self._chunk(number) for number in sorted(numbers)}
        if written:
            is_first = not self.snapshot.received
            store.write(
                self.snapshot,
                written,
                total=self.snapshot.total,
                # Of what is written: who has seen as many rows looks for no more.
                received=sum(rows.height for rows in self._rows.values()),
                as_of=self.as_of(),
                worked=self.snapshot.worked,
            )
            if is_first:  # whoever waits, from now on waits for the end
                NEWS.tell()

    def _chunk(self, number: int) -> store.Written:
        """Return a chunk with the pages that came since it was written."""
        arrived = self._unwritten.pop(number)
        rows = frame.plain([arrived[at] for at in sorted(arrived)])
        if (before := self._rows.get(number)) is not None:
            again = pl.col("offset").is_in([] if number == INSERTED else list(arrived))
            rows = pl.concat([before.filter(~again), rows]).sort("offset", maintain_order=True)
        self._hold(number, rows)
        return {at: self.infos[at] for at in self._offsets(number) if at in self.infos}, rows

    def _hold(self, number: int, rows: pl.DataFrame) -> None:
        self._rows[number], self._once = rows, None
        self._fetched[number] = rows["fetched_at"].min()

    def _is_full(self, number: int) -> bool:
        return all(offset in self.infos for offset in self._offsets(number))

    def _offsets(self, number: int) -> range:
        """Return the offsets of the pages that belong into a chunk."""
        limit = self.snapshot.limit
        first = number * self._pages_a_chunk * limit
        return range(first, first + self._pages_a_chunk * limit, limit)
