"""Threads that fetch keep their lines, and share them out among loads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from appoints.connections import limiter
from appoints.connections.models import Connection
from appoints.isales.client import Criteria, Page
from appoints.isales.secret import Secret
from appoints.snapshots import crew, fetcher, held_line

ROWS = 10
CONNECTION = 7  # no stored one has this ID


class Lines:
    """Stands for the limiter, and for the lines that it gives.

    ``asked`` is every page, by the number that is asked for and its offset; none comes before
    ``open`` is set. ``taken`` and ``released`` count the lines.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.taken = self.released = 0
        self.open = threading.Event()
        self.is_wanted, self.took = False, 0.0
        self.connection = Connection()

    @contextmanager
    def line(self, connection: Connection, **_: object) -> Iterator[Lines]:
        self.taken += 1
        yield self
        self.released += 1

    def list_page(self, criteria: Criteria, offset: int, _: int, **__: object) -> Page:
        self.asked.append((criteria.number, offset))
        assert self.open.wait(30)
        return Page([], 0)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    lines = Lines()
    lines.connection = stored()
    monkeypatch.setattr(limiter, "line", lines.line)
    monkeypatch.setattr(crew, "LINGER", 5.0)
    yield lines
    lines.open.set()
    monkeypatch.setattr(crew, "LINGER", 0.0)
    ended()


def stored(**changes: Any) -> Connection:
    """A connection of one line."""
    return Connection(
        pk=CONNECTION, max_concurrency=1, base_url="x", secret_key=Secret("SK"), **changes
    )


def ended() -> None:
    """Wait until no thread fetches any more."""
    crew.await_calls(time.monotonic() + 30)


def fetch(number: str, *offsets: int, connection: Connection | None = None) -> threading.Thread:
    """Ask for pages of a number, in a thread of its own."""
    pages = fetcher.pages(connection or stored(), Criteria(number=number), ROWS, offsets)
    thread = threading.Thread(target=lambda: list(pages))
    thread.start()
    return thread


def all_come(lines: Lines, *threads: threading.Thread) -> None:
    lines.open.set()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def fetch_three(lines: Lines) -> None:
    """Ask for two pages of one number, then for one of another, then for a third's first page."""
    begun = [fetch("long", 10, 20)]
    until(lambda: len(lines.asked) == 1)
    for more, (number, offset) in enumerate([("late", 10), ("first", 0)], 2):
        begun.append(fetch(number, offset))
        until(lambda more=more: len(crew.crew_of(CONNECTION)._queues) == more)  # type: ignore[misc]
    all_come(lines, *begun)


def until(condition: Any) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_first_page_goes_before_further_ones_and_a_load_goes_on(lines: Lines) -> None:
    fetch_three(lines)
    assert lines.asked == [("long", 10), ("first", 0), ("long", 20), ("late", 10)]


def test_loads_take_turns(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_line, "SLICE", -1.0)
    fetch_three(lines)
    assert lines.asked == [("long", 10), ("first", 0), ("late", 10), ("long", 20)]


def test_a_line_is_kept_for_what_is_asked_right_afterwards(lines: Lines) -> None:
    all_come(lines, fetch("one", 0))
    all_come(lines, fetch("one", 10, 20))
    all_come(lines, fetch("another", 0))
    assert (lines.taken, lines.released) == (1, 0)


def test_a_line_is_given_back_where_nothing_is_asked(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "LINGER", 0.01)
    all_come(lines, fetch("one", 0))
    ended()
    assert (lines.taken, lines.released) == (1, 1)


@pytest.mark.parametrize("spent", ["its slice is over", "another worker waits for it"])
def test_a_line_that_others_are_to_have_is_given_back(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, spent: str
) -> None:
    lines.is_wanted = spent.startswith("another")
    if not lines.is_wanted:
        monkeypatch.setattr(held_line, "SLICE", -1.0)
    all_come(lines, fetch("one", 10, 20))
    until(lambda: lines.released == 2)
    assert lines.taken == 2


def test_a_line_is_not_kept_for_another_endpoint(lines: Lines) -> None:
    all_come(lines, fetch("one", 0))
    all_come(lines, fetch("one", 10))
    assert lines.taken == 1
    moved = stored(access_key="another")
    all_come(lines, fetch("one", 20, connection=moved))
    assert (lines.taken, lines.released) == (2, 1)
