"""Visitors who ask without a pause, to see what is lost while something happens."""

from __future__ import annotations

import time
from collections import Counter
from threading import Event, Thread

from tests.stack.visitor import Visitor

PAGES = ("/appoints/?preset=today", "/wallboard/?preset=today", "/appoints/export.csv?preset=today")
PREFERENCES = "/accounts/preferences/"
VISITORS = 4


class Crowd:
    """Visitors who ask without a pause, and post a form now and then."""

    def __init__(self, first: Visitor) -> None:
        self.first = first
        self.answers: Counter[int] = Counter()
        self.failures: list[str] = []
        self.slowest = 0.0
        self.stop = Event()
        self.threads = [Thread(target=self._visit, args=(number,)) for number in range(VISITORS)]

    def __enter__(self) -> Crowd:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _visit(self, number: int) -> None:
        visitor, turn = self.first.again(), number
        while not self.stop.is_set():
            turn += 1
            begun = time.monotonic()
            if turn % 7:
                path = PAGES[turn % len(PAGES)]
                answer = visitor.get(path)
            else:
                path = f"POST {PREFERENCES}"
                answer = visitor.post(PREFERENCES, {"time_zone": "UTC"})
            took = time.monotonic() - begun
            self.slowest = max(self.slowest, took)
            self.answers[answer.status] += 1
            if answer.status not in (200, 302):
                self.failures.append(
                    f"{path}: {answer.status} after {took:.1f} s: {answer.text[:200]}"
                )
