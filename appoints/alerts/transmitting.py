"""Send messages side by side, so that a slow server holds up none but its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import NamedTuple

from dashboard.notify.outcome import Outcome, failed

MOST_AT_ONCE = 8  # messages of one channel

Send = Callable[[], Outcome]
logger = logging.getLogger(__name__)


class Handover(NamedTuple):
    """A message by its number, and what sends it."""

    number: int
    send: Send


class Transmission:
    """Messages that threads hand over until a deadline, on the monotonic clock.

    The threads touch no database. One that is still at it at the deadline is left behind: its
    message counts as not answered, and it ends with its own time-outs or with the process.
    """

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self._queues: dict[str, SimpleQueue[Handover]] = {}
        self._threads: dict[str, int] = {}
        self._arrived: SimpleQueue[tuple[int, Outcome]] = SimpleQueue()
        self._lock = Lock()
        self._over = False
        self._put: set[int] = set()
        self._started: set[int] = set()

    def begin(self, number: int, channel: str, send: Send) -> None:
        """Let a thread hand a message over."""
        self._put.add(number)
        queue = self._queues.setdefault(channel, SimpleQueue())
        queue.put(Handover(number, send))
        with self._lock:
            if self._threads.get(channel, 0) >= MOST_AT_ONCE:
                return
            self._threads[channel] = self._threads.get(channel, 0) + 1
        Thread(target=self._work, args=(channel, queue), name="notify", daemon=True).start()

    def outcomes(self) -> Iterator[tuple[int, Outcome | None]]:
        """Yield what became of each message; None of one that nobody has begun to hand over."""
        while self._put:
            try:
                left = max(0.0, self.deadline - time.monotonic())
                number, outcome = self._arrived.get(timeout=left)
            except Empty:
                break
            self._put.discard(number)
            yield number, outcome
        with self._lock:
            self._over = True
        for number in self._put:
            late = failed("too-slow", again=True)
            yield number, late if number in self._started else None

    def _work(self, channel: str, queue: SimpleQueue[Handover]) -> None:
        while (found := self._next(channel, queue)) is not None:
            try:
                outcome = found.send()
            except Exception:
                logger.exception("message %s cannot be handed over", found.number)
                outcome = failed("internal")
            self._arrived.put((found.number, outcome))

    def _next(self, channel: str, queue: SimpleQueue[Handover]) -> Handover | None:
        with self._lock:
            try:
                found = None if self._over else queue.get_nowait()
            except Empty:
                found = None
            if found is None:
                self._threads[channel] -= 1
            else:
                self._started.add(found.number)
            return found
