"""What waits to be loaded: few threads, in a fair order, and no person has all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone
from pytest_django import Settings

from appoints.connections import keeper
from appoints.connections.errors import QueueFull
from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.simulator import Simulator
from appoints.query.query import Query
from appoints.query.time_range import EVER, Window
from appoints.results.lookup import ask
from appoints.snapshots import crew, leases, page_fetcher, pool, queue, retention, store, waiting
from appoints.snapshots.models import Snapshot
from appoints.snapshots.pool import Pool
from appoints.snapshots.upstream import UpstreamRequest
from dashboard.accounts.zone_names import zone_called
from tests.factories import connection_to, held, person, raw, whole

UTC = zone_called("UTC")
QUESTIONS = 25


@pytest.fixture
def people(transactional_db: None) -> tuple[int, int]:
    """The IDs of two persons, Ada and Ben."""
    return person("ada").pk, person("ben").pk


def question(connection: Connection, number: int, person: int | None = None) -> Snapshot:
    """A question that waits."""
    asked = UpstreamRequest(Criteria(number=str(number)), EVER)
    [snapshot] = queue.enqueue(connection, [asked], person)
    return snapshot


def begin(snapshot: Snapshot) -> None:
    assert leases.take(snapshot)


def end(snapshot: Snapshot) -> None:
    store.finish(snapshot, Snapshot.Status.WHOLE)


def threads_of_loads() -> int:
    names = [thread.name for thread in threading.enumerate()]
    return sum(name.startswith("load-") or name == "fetch" for name in names)


@pytest.fixture
def most_threads() -> Iterator[list[int]]:
    """The most threads that load at any time, in a list of one."""
    most, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.002):
            most[0] = max(most[0], threads_of_loads())

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield most
    stop.set()
    watcher.join()


def test_many_questions_at_once_are_all_loaded_by_few_threads(
    connection: Connection, simulator: Simulator, settings: Settings, most_threads: list[int]
) -> None:
    # Extensions: a longer number is looked for in several writings.
    simulator.listing.source = [raw(each, calledNo=f"{each:04}") for each in range(QUESTIONS)]
    simulator.latency = 0.02
    for number in range(QUESTIONS):
        ask(connection, Query(number=f"{number:04}"), EVER, UTC, whole(connection), wait=0)
    deadline = time.monotonic() + 30
    while Snapshot.objects.filter(status="loading").exists() and time.monotonic() < deadline:
        ask(connection, Query(number=f"{QUESTIONS - 1:04}"), EVER, UTC, whole(connection), wait=0.1)
    assert set(Snapshot.objects.values_list("status", "received")) == {("whole", 1)}
    assert Snapshot.objects.count() == QUESTIONS
    assert most_threads[0] <= 2 * settings.APPOINTS_LOADERS + settings.APPOINTS_SHARED_FETCHERS


@pytest.fixture
def most_connections(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The most connections to the database that were open at any time, in a list of one."""
    opened, most, counting = set[int](), [0], threading.Lock()
    connect, close = BaseDatabaseWrapper.connect, BaseDatabaseWrapper._close

    def count(wrapper: BaseDatabaseWrapper) -> None:
        connect(wrapper)
        with counting:
            opened.add(id(wrapper))
            most[0] = max(most[0], len(opened))

    def uncount(wrapper: BaseDatabaseWrapper) -> None:
        close(wrapper)
        with counting:
            opened.discard(id(wrapper))

    database.close()  # the test's own counts, too
    monkeypatch.setattr(BaseDatabaseWrapper, "connect", count)
    monkeypatch.setattr(BaseDatabaseWrapper, "_close", uncount)
    return most


def test_many_questions_at_once_take_few_connections_to_the_database(
    connection: Connection,
    simulator: Simulator,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    most_connections: list[int],
) -> None:
    # The thread that renews slots takes one more for a moment, every few seconds.
    monkeypatch.setattr(keeper, "RENEWED_EVERY", 60.0)
    simulator.latency = 0.05
    with held(simulator):
        for number in range(QUESTIONS):
            ask(connection, Query(number=f"{number:04}"), EVER, UTC, whole(connection), wait=0)
    while Snapshot.objects.filter(status="loading").exists():
        time.sleep(0.01)
    # One each: loaders, threads that fetch, and this test.
    assert 1 < most_connections[0] <= settings.APPOINTS_LOADERS + connection.max_concurrency + 1


def test_a_load_compiles_no_query_that_an_earlier_one_has_compiled(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = list[str]()
    compile_query = SQLCompiler.as_sql

    def counted(compiler: SQLCompiler, *given: Any, **named: Any) -> Any:
        sql, params = compile_query(compiler, *given, **named)
        compiled.append(sql)
        return sql, params

    monkeypatch.setattr(SQLCompiler, "as_sql", counted)
    # Which is no part of a load: a loader does it every few minutes.
    monkeypatch.setattr(retention, "purge", lambda: None)
    now = timezone.now()
    window = Window(now - timedelta(days=3), now)
    for _ in range(2):
        Snapshot.objects.all().delete()
        compiled.clear()
        assert ask(connection, Query(), window, UTC, whole(connection), wait=30).is_whole
        pool.POOL.await_loads(time.monotonic() + 30)
    assert compiled == []


def test_what_waits_is_loaded_in_the_order_it_came(connection: Connection) -> None:
    asked = [question(connection, number) for number in range(3)]
    assert queue.in_order() == asked
    assert [queue.before(each) for each in asked] == [0, 1, 2]
    assert queue.take_next() == asked[0]


def test_nobodys_many_questions_keep_another_persons_one_waiting(
    connection: Connection, people: tuple[int, int]
) -> None:
    ada, ben = people
    many = [question(connection, number, ada) for number in range(5)]
    one = question(connection, 99, ben)
    assert queue.in_order() == [many[0], one, *many[1:]]
    begin(many[0])
    assert queue.before(one) == 0


def test_who_was_just_served_goes_after_who_was_not(
    connection: Connection, people: tuple[int, int]
) -> None:
    ada, ben = people
    first, second = [question(connection, number, ada) for number in range(2)]
    begin(first)
    end(first)
    one = question(connection, 99, ben)
    assert queue.in_order() == [one, second]


def test_a_person_has_no_more_loads_at_once_than_is_set(
    connection: Connection, people: tuple[int, int], settings: Settings
) -> None:
    settings.APPOINTS_LOADS_PER_PERSON = 2
    many = [question(connection, number, people[0]) for number in range(4)]
    assert [queue.take_next() for _ in range(3)] == [many[0], many[1], None]
    assert queue.before(many[2]) == 0
    assert queue.take_next() is None
    end(Snapshot.objects.get(pk=many[0].pk))
    assert queue.take_next() == many[2]


def test_a_person_at_the_bound_keeps_nobody_else_waiting(
    connection: Connection, people: tuple[int, int], settings: Settings
) -> None:
    settings.APPOINTS_LOADS_PER_PERSON = 1
    ada, ben = people
    begin(question(connection, 0, ada))
    question(connection, 1, ada)
    one = question(connection, 99, ben)
    assert queue.take_next() == one


def test_what_another_person_asks_too_waits_in_the_better_place(
    connection: Connection, people: tuple[int, int]
) -> None:
    ada, ben = people
    many = [question(connection, number, ada) for number in range(5)]
    assert question(connection, 4, ben) == many[4]
    assert queue.in_order()[1] == many[4]
    question(connection, 4, ada)
    assert queue.in_order()[1] == many[4]


def test_what_nobody_asks_for_any_more_is_not_loaded(connection: Connection) -> None:
    question(connection, 0)
    Snapshot.objects.update(wanted=timezone.now() - timedelta(minutes=2))
    assert queue.take_next() is None


def test_a_person_cannot_fill_the_queue(
    connection: Connection, people: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST", 3)
    ada, ben = people
    for number in range(3):
        question(connection, number, ada)
    with pytest.raises(QueueFull):
        question(connection, 3, ada)
    question(connection, 2, ada)
    question(connection, 99, ben)
    assert Snapshot.objects.count() == 4


def test_a_connection_that_hangs_leaves_a_loader_for_another(
    connection: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.APPOINTS_LOADERS = 2
    other = connection_to(connection.base_url, name="Other", slug="other", vdn=2)
    hanging, loaded = threading.Event(), []

    def load(snapshot: Snapshot, stop: threading.Event) -> None:
        loaded.append(snapshot.connection)
        if snapshot.connection == connection:
            hanging.wait(60)
        end(snapshot)

    monkeypatch.setattr("appoints.snapshots.loader.run", load)
    for number in range(4):
        question(connection, number)
    question(other, 99)
    pool = Pool()
    deadline = time.monotonic() + 30
    for begun in (1, 2):
        pool.wake()
        while len(loaded) < begun and time.monotonic() < deadline:
            time.sleep(0.01)
    hanging.set()
    pool.hand_over()
    assert loaded[:2] == [connection, other]


def test_a_load_that_finds_no_shared_thread_goes_on_with_its_own(
    connection: Connection, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    none_left = threading.BoundedSemaphore(1)
    none_left.acquire()
    monkeypatch.setattr(crew, "SHARED_THREADS", none_left)
    simulator.latency = 0.01
    assert ask(connection, Query(), EVER, UTC, whole(connection), wait=10).total == 85
    assert simulator.most_at_once == 1


def test_shared_threads_are_given_back(connection: Connection, settings: Settings) -> None:
    ask(connection, Query(), EVER, UTC, whole(connection), wait=10)
    for thread in threading.enumerate():
        if thread.name == "fetch":
            thread.join(5)
    free = 0
    while crew.SHARED_THREADS.acquire(blocking=False):
        free += 1
    crew.SHARED_THREADS.release(free)
    assert free == settings.APPOINTS_SHARED_FETCHERS


def test_a_loader_counts_until_its_database_connection_is_closed(
    connection: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.APPOINTS_LOADERS = 1
    closing, goes_on = threading.Event(), threading.Event()

    class Slow:
        def close(self) -> None:
            closing.set()
            assert goes_on.wait(30)
            database.close()

    monkeypatch.setattr(pool, "database", Slow())
    monkeypatch.setattr(pool, "IDLE", 0.0)
    loaders, first = Pool(), question(connection, 1)
    loaders.wake(is_new=True)
    assert closing.wait(30)
    later = question(connection, 2)
    loaders.wake(is_new=True)
    most = sum(each.name.startswith("load-") for each in threading.enumerate())
    goes_on.set()
    loaders.await_loads(time.monotonic() + 30)
    assert most == 1
    assert {Snapshot.objects.get(pk=each.pk).status for each in (first, later)} == {"whole"}


def test_what_comes_right_after_the_queue_was_empty_is_loaded_at_once(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "LOOK_AGAIN", 60)
    monkeypatch.setattr(pool, "IDLE", 0.0)
    own = Pool()
    monkeypatch.setattr(waiting, "POOL", own)
    for number in ("13900000001", "13900000002"):
        query = Query(number=number)
        assert ask(connection, query, EVER, UTC, whole(connection), wait=10).mode == "whole"
        for thread in [*own._threads]:
            thread.join(5)


def test_what_comes_between_a_look_and_the_wait_is_loaded_by_the_only_thread(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.APPOINTS_LOADERS = 1
    own, wait = Pool(), Pool._wait
    loaded = threading.Event()

    def load(snapshot: Snapshot, _: threading.Event) -> None:
        end(snapshot)
        loaded.set()

    def ask_first(self: Pool, *seen: int) -> bool:
        if not Snapshot.objects.exists():
            question(connection, 1)
            own.wake(is_new=True)
        return wait(self, *seen)

    monkeypatch.setattr("appoints.snapshots.loader.run", load)
    monkeypatch.setattr(Pool, "_wait", ask_first)
    own.wake()
    assert loaded.wait(10)
    own.hand_over()


@pytest.mark.parametrize("of", ["the queue", "a line"])
def test_no_thread_goes_on_with_a_file_that_another_has_replaced(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(f"{(pool if of == 'the queue' else page_fetcher).__name__}.close_moved",
                        lambda: closed.append(of))  # fmt: skip
    ask(connection, Query(), EVER, UTC, whole(connection), wait=10)
    assert closed


def test_a_load_waits_for_a_line_instead_of_failing(
    connection: Connection, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_fetcher, "LINE_LOOK", 0.05)
    Connection.objects.update(max_concurrency=1)
    simulator.latency = 0.05
    for number in range(4):
        ask(
            Connection.objects.get(),
            Query(number=f"1390000{number:04}"),
            EVER,
            UTC,
            whole(Connection.objects.get()),
            wait=0,
        )
    last = ask(
        Connection.objects.get(),
        Query(number="13900000003"),
        EVER,
        UTC,
        whole(Connection.objects.get()),
        wait=10,
    )
    assert (last.mode, last.total) == ("whole", 1)
    assert not Snapshot.objects.filter(status="failed").exists()
