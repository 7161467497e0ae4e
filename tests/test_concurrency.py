"""How many threads compute at once: few, first come first, and nobody for ever in line."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from appoints.results import workbook
from appoints.results.makers import Makers
from dashboard import concurrency, timing
from dashboard.accounts.models import Team
from dashboard.accounts.password_hasher import Argon2idHasher
from dashboard.concurrency import ConcurrencyLimit
from tests.factories import team_called
from tests.results.test_export import frame_of, in_file

LONG = 30.0  # seconds, for which nobody waits
SHORT = 0.05


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


def until(come: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not come():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def has_room(limit: ConcurrencyLimit) -> bool:
    """Whether another thread may compute at once."""

    def ask() -> bool:
        began = time.monotonic()
        with limit.held():
            return time.monotonic() - began < SHORT

    with ThreadPoolExecutor(1) as other:
        return other.submit(ask).result()


def test_no_more_threads_compute_at_once_than_the_limit_allows(threads: ThreadPoolExecutor) -> None:
    limit, lock, now, most = ConcurrencyLimit(3, LONG), threading.Lock(), 0, 0

    def compute(number: int) -> None:
        nonlocal now, most
        waits = random.Random(number)
        with limit.held():
            for _ in range(4):
                with lock:
                    now += 1
                    most = max(most, now)
                time.sleep(waits.random() / 1000)
                with lock:
                    now -= 1
                with limit.released():
                    time.sleep(waits.random() / 1000)

    list(threads.map(compute, range(40)))
    assert most == 3


def test_who_came_first_computes_first(threads: ThreadPoolExecutor) -> None:
    limit, order = ConcurrencyLimit(1, LONG), []

    def compute(number: int) -> None:
        with limit.held():
            order.append(number)

    with limit.held():
        for number in range(10):
            threads.submit(compute, number)
            until(lambda: len(limit._line) == number + 1)  # noqa: B023 at once
    until(lambda: len(order) == 10)
    assert order == list(range(10))


def test_who_has_waited_for_long_computes_though_there_is_no_room(
    threads: ThreadPoolExecutor,
) -> None:
    limit = ConcurrencyLimit(1, SHORT)

    def compute() -> str:
        with limit.held():
            return "computed"

    with limit.held():
        assert threads.submit(compute).result(LONG) == "computed"


def test_no_more_compute_beyond_the_limit_than_may(threads: ThreadPoolExecutor) -> None:
    limit, lock, ended, now = ConcurrencyLimit(1, SHORT / 10, 2), threading.Lock(), [], 0
    go_on = threading.Event()

    def compute() -> None:
        nonlocal now
        with limit.held():
            with lock:
                now += 1
            go_on.wait(LONG)
            ended.append(True)

    computing = [threads.submit(compute) for _ in range(8)]
    until(lambda: limit._beyond == 0 and now == 3)
    time.sleep(SHORT)  # for many times their patience
    assert now == 3
    go_on.set()
    for each in computing:
        each.result(LONG)
    assert len(ended) == 8


def test_room_that_comes_as_patience_ends_is_not_lost(threads: ThreadPoolExecutor) -> None:
    done, began = threading.Event(), threading.Event()

    class Late(ConcurrencyLimit):
        def _gives_up(self, place: threading.Lock, *, is_urgent: bool) -> bool:
            done.set()
            until(lambda: not self._line)
            return super()._gives_up(place, is_urgent=is_urgent)

    limit = Late(1, SHORT)

    def compute() -> None:
        with limit.held():
            began.set()
            done.wait(LONG)

    other = threads.submit(compute)
    assert began.wait(LONG)
    with limit.held():
        other.result(LONG)
    assert limit._free == 1


DOINGS = ("held", "released", "urgent", "late")


@given(st.lists(st.sampled_from(DOINGS), max_size=6), st.integers(1, 3), st.integers(0, 3))
def test_afterwards_there_is_as_much_room_as_before(
    doings: list[str], most: int, beyond: int
) -> None:
    limit = ConcurrencyLimit(most, 0.001, beyond)

    def do(what: str) -> None:
        is_released, is_urgent = what in ("released", "urgent"), what == "urgent"
        with limit.held(), limit.released(is_urgent=is_urgent) if is_released else nullcontext():
            time.sleep(0.003 if what == "late" else 0)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(do, doings))
    assert (limit._free, limit._beyond) == (most, beyond)
    assert not limit._line


def test_who_is_urgent_comes_back_before_all_in_line(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concurrency, "MOMENT", LONG)
    limit, order, done = ConcurrencyLimit(1, LONG), list[str](), threading.Event()

    def compute(name: str) -> None:
        with limit.held():
            done.wait(LONG)
            order.append(name)

    with limit.held():
        with limit.released(is_urgent=True):
            threads.submit(compute, "who had room")
            until(lambda: not limit._free)
            threads.submit(compute, "who was in line")
            until(lambda: len(limit._line) == 1)
            threading.Timer(SHORT, done.set).start()
        order.append("who was urgent")
    until(lambda: len(order) == 3)
    assert order == ["who had room", "who was urgent", "who was in line"]


def test_who_is_urgent_goes_on_after_a_moment(threads: ThreadPoolExecutor) -> None:
    limit, done = ConcurrencyLimit(1, LONG), threading.Event()

    def compute() -> None:
        with limit.held():
            done.wait(LONG)

    with limit.held():
        with limit.released(is_urgent=True):
            other = threads.submit(compute)
            until(lambda: not limit._free)
        done.set()
    other.result(LONG)


def test_a_thread_that_holds_no_room_releases_none() -> None:
    limit = ConcurrencyLimit(1, LONG)
    with limit.released():
        assert limit._free == 1
    assert limit._free == 1


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> ConcurrencyLimit:
    """The limit of this process, for one thread."""
    monkeypatch.setattr(concurrency.LIMIT, "_free", 1)
    monkeypatch.setattr(concurrency.LIMIT, "_patience", LONG)
    return concurrency.LIMIT


def test_others_compute_while_one_waits_for_isales(limit: ConcurrencyLimit) -> None:
    with limit.held(), timing.upstream():
        assert has_room(limit)


def test_others_compute_while_one_waits_for_what_a_third_makes(
    limit: ConcurrencyLimit, threads: ThreadPoolExecutor
) -> None:
    makers = Makers()

    def make() -> None:
        with limit.held(), makers.turn("a thing"):
            pass

    with makers.turn("a thing"):
        waits = threads.submit(make)
        until(lambda: makers._turns["a thing"].askers == 2)
        assert has_room(limit)
    waits.result(LONG)


def test_nobody_waits_in_line_with_a_turn_for_which_others_wait(
    limit: ConcurrencyLimit, threads: ThreadPoolExecutor
) -> None:
    makers, ended = Makers(), threading.Event()

    def make() -> None:
        with limit.held(), makers.turn("a thing"):
            pass

    def compute() -> None:
        with limit.held():
            ended.wait(LONG)

    with makers.turn("a thing"):
        turn, waits = makers._turns["a thing"], threads.submit(make)
        until(lambda: turn.askers == 2 and limit._free == 1)
        other = threads.submit(compute)
        until(lambda: not limit._free)
    until(lambda: len(limit._line) == 1)
    if is_free := turn.lock.acquire(blocking=False):
        turn.lock.release()
    ended.set()
    for each in (waits, other):
        each.result(LONG)
    assert is_free


def test_others_compute_while_one_hashes_a_password(
    limit: ConcurrencyLimit, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []

    class Looking(AbstractContextManager[None]):
        def __enter__(self) -> None:
            found.append(has_room(limit))

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr("dashboard.accounts.password_hasher.ONE_AT_A_TIME", Looking())
    with limit.held():
        Argon2idHasher().encode("a password", "salt of 16 bytes")
    assert found == [True]


def test_others_compute_while_one_makes_a_workbook_be_it_for_a_report(
    limit: ConcurrencyLimit, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []

    def write(_sheets: object, file: Path, **_: object) -> None:
        found.append(has_room(limit))
        file.touch()

    rows, _seen = frame_of([])
    monkeypatch.setattr("xlsxturbo.dfs_to_xlsx", write)
    with limit.held():
        workbook.xlsx(in_file(rows), ZoneInfo("UTC"), [])
    assert found == [True]


def test_a_wait_in_line_is_none_for_isales_nor_for_the_database(
    limit: ConcurrencyLimit, threads: ThreadPoolExecutor
) -> None:
    ended = threading.Event()

    def compute() -> None:
        with limit.held():
            ended.wait(LONG)

    spent = timing.begin()
    try:
        with limit.held():
            with timing.upstream():
                other = threads.submit(compute)
                until(lambda: not limit._free)
                threading.Timer(0.2, ended.set).start()
            other.result(LONG)
    finally:
        timing.end()
    assert limit.waited() >= 0.1
    assert spent.upstream < 0.1


class Statements:
    """Looks, as each statement comes to the database, whether others may compute."""

    def __init__(self, limit: ConcurrencyLimit) -> None:
        self.limit, self.found = limit, dict[str, bool]()

    def __call__(self, execute: Callable[..., object], sql: str, *args: object) -> object:
        self.found[sql.partition(" ")[0]] = self.limit._free == 1
        return execute(sql, *args)


@pytest.mark.parametrize("is_within", [True, False])
@pytest.mark.django_db(transaction=True)
def test_nobody_waits_in_line_with_what_a_statement_has_locked(
    limit: ConcurrencyLimit,
    threads: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    is_within: bool,
) -> None:
    ended = threading.Event()

    def compute() -> None:
        with limit.held():
            ended.wait(LONG)

    monkeypatch.setattr(limit, "_patience", 1.0)
    database.ensure_connection()
    timing.begin()
    try:
        with limit.held():
            other = threads.submit(compute)
            until(lambda: len(limit._line) == 1)
            began = time.monotonic()
            # SQLite locks at the begin, or until what an INSERT returns is read.
            with transaction.atomic() if is_within else nullcontext():
                Team.objects.create(slug="north", name="North")
            assert time.monotonic() - began < 1
    finally:
        ended.set()
        timing.end()
    other.result(LONG)


@pytest.mark.django_db(transaction=True)
def test_others_compute_while_one_waits_for_whoever_writes_but_not_amid_a_transaction(
    limit: ConcurrencyLimit,
) -> None:
    team, looks = team_called("north"), Statements(limit)
    database.ensure_connection()
    timing.begin()
    try:
        with limit.held(), database.execute_wrapper(looks):
            team.refresh_from_db()
            type(team).objects.update(slug="south")
            outside = looks.found.copy()
            looks.found.clear()
            with transaction.atomic():
                type(team).objects.update(slug="east")
    finally:
        timing.end()
    assert outside == {"SELECT": False, "UPDATE": True}
    assert looks.found["UPDATE"] is False
    assert looks.found.get("BEGIN", True)  # which psycopg sends by itself
