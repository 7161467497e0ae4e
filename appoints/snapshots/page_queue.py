"""The pages that a load wants of iSales, and those that arrived."""

from __future__ import annotations

import threading
import time
from collections import deque
from datetime import datetime
from queue import Empty, Queue
from typing import NamedTuple

from appoints.connections.models import Connection
from appoints.isales.client import Criteria, UnreadPage
from appoints.isales.errors import TooFast
from appoints.snapshots.frame import Fetched
from dashboard.concurrency import LIMIT

QUIET_RETRIES = 3  # times that a load waits when iSales asks for quiet, until a page comes
LONGEST_QUIET = 60.0  # seconds
SHORT_QUIET = 2.0  # seconds
GUESSED_QUIET = 1.0  # seconds, where iSales says no number
# Seconds by which a load is behind the threads that fetch for it: one that a page wakes at once
# takes Python's lock from the thread that is about to ask for the next page.
BEHIND = 0.02
# Pages that the load has not read yet, at the most or a few more: from a quick iSales they come
# faster than they are read.
MOST_UNREAD = 32

Arrival = tuple[Fetched, int]  # a page, and the total that iSales reported with it


class ArrivedPage(NamedTuple):
    """A page at an offset that came at an aware moment, for which a call was out some seconds."""

    offset: int
    unread: UnreadPage
    at: datetime
    took: float

    def read(self) -> Arrival:
        """Return its rows, and the total. Raises FetchError."""
        page = self.unread()
        return Fetched(self.offset, page.rows, self.at, self.took), page.total


class PageQueue:
    """Offsets that are wanted, for any thread to take, and what came of them, for the load.

    What the load takes out of ``wanted`` is not asked for.
    """

    def __init__(
        self,
        connection: Connection,
        criteria: Criteria,
        limit: int,
        wanted: deque[int],
        ending: threading.Event | None = None,
    ) -> None:
        self.criteria = criteria
        self.limit = limit
        self.wanted = wanted
        self.endpoint = connection.endpoint_fingerprint()
        self.arrived: Queue[ArrivedPage | Exception] = Queue()
        self.stop = threading.Event()
        self._ending = ending or threading.Event()  # of the load, which then leaves
        self.is_first = 0 in wanted
        self.added = time.monotonic()
        self._out, self._taking = 0, threading.Lock()  # pages that are asked for and not yielded
        self._quiets, self._quiet_until = 0, 0.0  # monotonic

    @property
    def is_done(self) -> bool:
        """Whether no page is wanted any more, and none is out."""
        with self._taking:
            return not self.wanted and not self._out

    @property
    def ready(self) -> int:
        """The pages that may be asked for now."""
        ends = self.stop.is_set() or self._ending.is_set()
        return 0 if ends or time.monotonic() < self._quiet_until else len(self.wanted)

    def take(self) -> int | None:
        """Return the offset to ask for, which counts as out; None where there is none."""
        with self._taking:
            if not self.ready:
                return None
            try:
                offset = self.wanted.popleft()
            except IndexError:  # the load wants it no more
                return None
            self._out += 1
            return offset

    def put(self, answer: ArrivedPage) -> None:
        """Hand a page over to the load, which reads its rows: the line has other things to do.

        Returns once the load is not far behind, or has left.
        """
        self._quiets, self.is_first = 0, False
        self.arrived.put(answer)
        while self.arrived.qsize() > MOST_UNREAD and not self.stop.wait(BEHIND):
            pass

    def get(self, wait: float) -> ArrivedPage | None:
        """Return a page that came, which is out no more; None where none comes in time (seconds).

        Raises what ``fail`` was told.
        """
        has_caught_up = self.arrived.empty()
        try:
            with LIMIT.released():
                found = self.arrived.get(timeout=wait)
        except Empty:
            return None
        if isinstance(found, Exception):
            raise found
        with self._taking:
            self._out -= 1
        # None at all lets the other threads run first, too.
        time.sleep(BEHIND if has_caught_up and self.wanted else 0.0)
        return found

    def put_back(self, offset: int) -> None:
        """Want a page again that was taken and did not come."""
        with self._taking:
            self.wanted.appendleft(offset)
            self._out -= 1

    def fail(self, error: Exception) -> None:
        """Let the load raise an error, and ask for nothing more.

        At once: another thread's next call after a 401 may lock this server's address.
        """
        self.stop.set()
        self.arrived.put(error)

    def wait_for_quiet(self, error: TooFast) -> bool:
        """Ask for nothing while iSales wants quiet; tell whether that is not too long.

        Somebody may look at an empty page, and rather hears of a quiet than waits for the first.
        """
        seconds, now = error.retry_after or GUESSED_QUIET, time.monotonic()
        with self._taking:
            self._quiets += now >= self._quiet_until  # calls side by side are refused together
            self._quiet_until = max(self._quiet_until, now + seconds)
        longest = SHORT_QUIET if self.is_first else LONGEST_QUIET
        return (error.retry_after or 0.0) <= longest and self._quiets <= QUIET_RETRIES
