"""A thread that fetches pages, for whichever load wants one."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from django.db import connection as database
from django.utils import timezone

from appoints.connections import limiter
from appoints.connections.errors import Busy, Resting
from appoints.connections.limiter import Line
from appoints.connections.models import Connection
from appoints.isales.errors import TooFast
from appoints.snapshots.held_line import Held
from appoints.snapshots.page_queue import ArrivedPage, PageQueue
from dashboard.concurrency import LIMIT
from dashboard.database import close_moved

if TYPE_CHECKING:
    from appoints.snapshots.crew import Crew

STEP_ASIDE = 0.1  # seconds in which another worker that waits for a line finds it
LINE_WAIT = 5 * 60.0  # seconds for a free line; loads wait for each other's
LINE_LOOK = 0.25  # seconds after which a waiting thread checks what it waits for
PAGE_BUDGET = 45.0  # seconds for a page, tries and pace included

logger = logging.getLogger(__name__)


class PageFetcher:
    """What one thread does, and the line that it holds."""

    def __init__(self, crew: Crew, *, is_own: bool) -> None:
        self.crew = crew
        self.is_own = is_own
        self.connection = Connection(pk=crew.connection_id)  # read whenever a line is taken
        self.held: Held | None = None
        self.queue: PageQueue | None = None
        self.waits_since = time.monotonic()

    def run(self) -> None:
        """Fetch pages until none is wanted."""
        try:
            while queue := self._next():
                self.queue = queue
                self._serve(queue)
        finally:
            database.close()

    def _next(self) -> PageQueue | None:
        if self.held:
            with LIMIT.released():
                queue = self.crew.next(self.queue)
            if queue:
                return queue
            self._give_back()
        with LIMIT.released():
            queue = self.crew.await_queue(self.queue)
        if queue:
            return queue
        database.close()  # once this thread counts as ended, another may start
        return self.crew.next_or_end(self.queue, is_own=self.is_own)

    def _serve(self, queue: PageQueue) -> None:
        """Fetch a page, or get a line for it first; errors are the load's to raise."""
        try:
            if self.held is None:
                self._take_line(queue)
            elif not self.held.serves(queue):
                self._give_back()
            elif (offset := self.crew.take(queue, self.held.apart)) is not None:
                self._fetch(self.held.line, queue, offset)
                self._share(self.held, queue)
        except Exception as error:  # noqa: BLE001 the load raises it
            queue.stop.set()
            self._give_back()  # nobody goes on with a line that failed
            database.close()  # it may be broken
            # A thread that finds the connection at rest raises the same as the one refused.
            queue.fail(error.cause if isinstance(error, Resting) else error)

    def _take_line(self, queue: PageQueue) -> None:
        """Hold a line if one gets free within a while. Raises what limiter.line raises."""
        stack, asked = ExitStack(), time.monotonic()
        close_moved()
        try:
            line = limiter.line(self.connection, wait=LINE_LOOK, is_urgent=queue.is_first)
            self.held = Held(stack.enter_context(line), stack.close, asked)
            self.waits_since = time.monotonic()
        except TooFast as error:
            if not queue.wait_for_quiet(error):
                raise
        except Busy:
            # What the thread waited for before may have been another load's line.
            if time.monotonic() > max(self.waits_since, queue.added) + LINE_WAIT:
                raise
        finally:
            self.crew.end_taking()

    def _fetch(self, line: Line, queue: PageQueue, offset: int) -> None:
        try:
            page = line.unread_page(queue.criteria, offset, queue.limit, budget=PAGE_BUDGET)
        except TooFast as error:
            if not queue.wait_for_quiet(error):
                raise
            queue.put_back(offset)
            return
        finally:
            self.crew.end_page()
        queue.put(ArrivedPage(offset, page, timezone.now(), line.took))

    def _share(self, held: Held, queue: PageQueue) -> None:
        """Give the line back where it is another's turn."""
        if held.line.is_wanted:
            self._give_back()
            queue.stop.wait(STEP_ASIDE)
        elif held.is_over:
            self._give_back()
            self.crew.put_last(queue)

    def _give_back(self) -> None:
        held, self.held, self.waits_since = self.held, None, time.monotonic()
        try:
            if held:
                held.release()
        except Exception:  # it is free when its time is over
            logger.exception("connection %s: a line is not given back", self.crew.connection_id)
