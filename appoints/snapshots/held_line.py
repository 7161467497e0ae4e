"""A line to iSales that a thread keeps from page to page."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from appoints.connections.limiter import Line
from appoints.snapshots.page_queue import PageQueue

SLICE = 1.5  # seconds for which a line is held, or one page where another worker waits for it
# Seconds between the calls of two lines, at the most. Those that go out together come back
# together, and each answer waits for Python's lock while the others are handled, again and again.
APART = 0.004
SPREAD = 0.25  # of the time that a call takes, over which the calls of all lines are spread


@dataclass
class Held:
    """A line, how to give it back to all workers, and when it was asked for and got (monotonic)."""

    line: Line
    release: Callable[[], object]
    asked: float
    since: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Whether others are to have the line."""
        return time.monotonic() > self.since + SLICE

    @property
    def apart(self) -> float:
        """Return how many seconds after another line's call the next may go."""
        return min(APART, SPREAD * self.line.took / self.line.connection.max_concurrency)

    def serves(self, queue: PageQueue) -> bool:
        """Tell whether a queue's pages may go over the line: not where the endpoint changed."""
        is_newer = self.asked >= queue.added
        return is_newer or self.line.connection.endpoint_fingerprint() == queue.endpoint
