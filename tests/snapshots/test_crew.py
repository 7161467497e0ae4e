"""Threads that fetch keep their lines, and share them out among loads."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from appoints.connections import limiter
from appoints.connections.errors import Busy
from appoints.connections.models import Connection
from appoints.isales.client import Criteria, Page, UnreadPage
from appoints.isales.secret import Secret
from appoints.snapshots import crew, fetcher, held_line, page_fetcher, page_queue
from appoints.snapshots.page_queue import ArrivedPage, PageQueue

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

    def unread_page(self, criteria: Criteria, offset: int, _: int, **__: object) -> UnreadPage:
        self.asked.append((criteria.number, offset))
        assert self.open.wait(30)
        return lambda: Page([], 0)


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


def test_no_further_page_is_asked_for_once_the_load_is_to_end(lines: Lines) -> None:
    ending, came = threading.Event(), list[object]()
    pages = fetcher.pages(stored(), Criteria(number="1"), ROWS, [10, 20], ending)

    def read() -> None:
        for page in pages:
            came.append(page)
            if page is None and any(came):
                return

    thread = threading.Thread(target=read)
    thread.start()
    until(lambda: lines.asked)
    ending.set()
    all_come(lines, thread)
    assert lines.asked == [("1", 10)]


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


def queue_of(*offsets: int) -> PageQueue:
    return PageQueue(stored(), Criteria(), ROWS, deque(offsets))


@contextmanager
def a_load_that_leaves_as_a_thread_goes_to_its_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[crew.Crew]:
    threads, leaves = crew.crew_of(CONNECTION), queue_of(10)
    looks = []
    looked = crew.Crew._lacks_lines

    def look(self: crew.Crew) -> bool:
        found = looked(self)
        looks.append(found)
        if len(looks) == 2:  # after the wait
            leaves.stop.set()
        return found

    with monkeypatch.context() as changed:
        changed.setattr(crew.Crew, "_lacks_lines", look)
        threads.add(leaves)
        threads.start_threads(1)
        yield threads
        until(lambda: not threads._threads)
        threads.remove(leaves)


def test_a_load_that_leaves_as_a_thread_goes_to_its_pages_holds_up_no_later_one(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_load_that_leaves_as_a_thread_goes_to_its_pages(monkeypatch):
        pass
    all_come(lines, fetch("later", 10))
    assert lines.asked == [("later", 10)]


def test_a_thread_that_finds_no_page_counts_until_its_database_connection_is_closed(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    threads = crew.crew_of(CONNECTION)

    class Closing:
        def close(self) -> None:
            counted.append(threads._threads)

    monkeypatch.setattr(page_fetcher, "database", Closing())
    with a_load_that_leaves_as_a_thread_goes_to_its_pages(monkeypatch):
        until(lambda: counted)
    assert counted[0] == 1


def test_a_page_that_its_load_wants_no_more_is_not_taken() -> None:
    class Emptied(deque[int]):
        def __len__(self) -> int:
            return 1

    queue = PageQueue(stored(), Criteria(), ROWS, Emptied())
    assert queue.take() is None
    queue.wanted = deque()
    assert queue.is_done


def test_a_page_is_handed_to_a_load_that_is_behind_once_it_has_read_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Reading(threading.Event):
        """Whoever waits lets the load read a page."""

        def wait(self, _: float | None = None) -> bool:
            read.append(queue.arrived.get())
            return False

    queue, read = PageQueue(stored(), Criteria(), ROWS, deque()), []
    pages = [ArrivedPage(at, lambda: Page([], 0), timezone.now(), 0.0) for at in range(5)]
    monkeypatch.setattr(page_queue, "MOST_UNREAD", 2)
    monkeypatch.setattr(queue, "stop", Reading())
    for page in pages:
        queue.put(page)
    assert (read, queue.arrived.qsize()) == (pages[:3], 2)


def test_a_page_for_a_load_that_has_left_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = PageQueue(stored(), Criteria(), ROWS, deque())
    monkeypatch.setattr(page_queue, "MOST_UNREAD", 0)
    queue.stop.set()
    queue.put(ArrivedPage(0, lambda: Page([], 0), timezone.now(), 0.0))
    assert queue.arrived.qsize() == 1


def test_where_a_thread_cannot_start_a_later_load_has_one(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as changed:
        changed.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            list(fetcher.pages(stored(), Criteria(), ROWS, [10, 20]))
    all_come(lines, fetch("later", 10))
    assert lines.asked == [("later", 10)]


def test_no_load_is_refused_for_another_ones_wait(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def busy(_: Connection, **__: object) -> Iterator[Lines]:
        raise Busy("all in use", 1.0)
        yield lines

    monkeypatch.setattr(limiter, "line", busy)
    fetcher_ = page_fetcher.PageFetcher(crew.Crew(CONNECTION), is_own=True)
    fetcher_.waits_since -= page_fetcher.LINE_WAIT + 1
    fetcher_._take_line(queue_of(10))
    late = queue_of(10)
    late.added -= page_fetcher.LINE_WAIT + 1
    with pytest.raises(Busy):
        fetcher_._take_line(late)


def test_calls_go_out_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(crew, "time", SimpleNamespace(monotonic=lambda: 100.0, sleep=waited.append))
    threads, queue = crew.Crew(CONNECTION), queue_of(10, 20, 30)
    assert [threads.take(queue, 0.25) for _ in range(3)] == [10, 20, 30]
    assert waited == [0.25, 0.5]


def test_no_other_thread_takes_a_line_for_a_page_that_waits_for_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads, lacks = crew.Crew(CONNECTION), list[bool]()
    clock = SimpleNamespace(monotonic=lambda: 100.0, sleep=lambda _: lacks.append(idle_looks()))
    monkeypatch.setattr(crew, "time", clock)
    queue = queue_of(10, 20)
    threads.add(queue)

    def idle_looks() -> bool:
        with threads._changed:
            return threads._lacks_lines()

    threads.take(queue, 0.25)
    threads.take(queue, 0.25)
    assert lacks == [False]


@pytest.mark.parametrize(
    ("took", "at_once", "apart"), [(0.5, 4, held_line.APART), (0.008, 4, 0.0005), (0.0, 4, 0.0)]
)
def test_all_lines_ask_within_a_part_of_the_time_that_a_call_takes(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, took: float, at_once: int, apart: float
) -> None:
    seconds, take = list[float](), crew.Crew.take

    def record(self: crew.Crew, queue: PageQueue, apart: float) -> int | None:
        seconds.append(apart)
        return take(self, queue, apart)

    monkeypatch.setattr(crew.Crew, "take", record)
    lines.took, lines.connection.max_concurrency = took, at_once
    all_come(lines, fetch("one", 10, 20))
    assert set(seconds) == {apart}


def test_a_line_whose_endpoint_may_have_been_read_before_a_change_is_given_back(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[PageQueue] = []

    @contextmanager
    def line(_: Connection, **__: object) -> Iterator[Lines]:
        lines.connection = stored(access_key="before")
        loads.append(queue_of(10))  # begun as the line is on its way
        yield lines

    monkeypatch.setattr(limiter, "line", line)
    fetcher_ = page_fetcher.PageFetcher(crew.Crew(CONNECTION), is_own=True)
    fetcher_._take_line(queue_of(10))
    assert fetcher_.held and not fetcher_.held.serves(loads[0])


def test_a_thread_counts_until_its_database_connection_is_closed(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing, goes_on, most = threading.Event(), threading.Event(), 0
    threads = crew.crew_of(CONNECTION)

    class Slow:
        def close(self) -> None:
            closing.set()
            assert goes_on.wait(30)

    monkeypatch.setattr(page_fetcher, "database", Slow())
    monkeypatch.setattr(crew, "IDLE", 0.0)
    monkeypatch.setattr(crew, "LINGER", 0.0)
    lines.open.set()
    all_come(lines, fetch("one", 10))
    assert closing.wait(30)
    later = fetch("later", 10)
    until(lambda: bool(threads._queues))
    time.sleep(0.05)  # in which another could start
    most = sum(each.name == "fetch" for each in threading.enumerate())
    goes_on.set()
    later.join(30)
    assert most == 1
    assert lines.asked == [("one", 10), ("later", 10)]
