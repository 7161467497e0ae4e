"""Connections to PostgreSQL that threads share; the driver's are stood in for by sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import OperationalError as DjangoError
from django.db import ProgrammingError, connection, transaction
from psycopg import OperationalError
from psycopg.pq import TransactionStatus

from dashboard import timing
from dashboard.concurrency import LIMIT
from dashboard.postgresql import pool as pooling
from dashboard.postgresql.pool import ConnectionPool, Lent

HERE: dict[str, Any] = {"dbname": "here"}


class Stood:
    """A connection as far as the pool knows it; its own ``pgconn``."""

    def __init__(self) -> None:
        self.socket, self.server = socket.socketpair()
        self.transaction_status, self.autocommit = TransactionStatus.IDLE, True
        self.asked, self.is_gone, self.is_closed = 0, False, False

    @property
    def pgconn(self) -> Stood:
        return self

    def execute(self, _: str) -> None:
        self.asked += 1
        if self.is_gone:
            raise OperationalError("timed out")

    def close(self) -> None:
        self.is_closed = True
        for each in (self.socket, self.server):
            each.close()


@pytest.fixture
def made() -> Iterator[list[Stood]]:
    found: list[Stood] = []
    yield found
    for each in found:
        each.close()


def taken(pool: ConnectionPool, made: list[Stood], params: dict[str, Any] = HERE) -> Lent:
    def connect(_: object) -> Any:
        made.append(Stood())
        return made[-1]

    return pool.take(params, connect)


def given_back(made: list[Stood], count: int = 1) -> ConnectionPool:
    """A pool to which so many connections came back, in the order in which they were made."""
    pool = ConnectionPool()
    for each in [taken(pool, made) for _ in range(count)]:
        pool.give_back(each)
    return pool


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = time.monotonic() + seconds
    monkeypatch.setattr(time, "monotonic", lambda: now)


def test_the_connection_that_was_used_last_is_taken_first(made: list[Stood]) -> None:
    pool = given_back(made, 3)
    assert [taken(pool, made).connection for _ in range(3)] == made[::-1]


def test_a_connection_that_was_used_just_now_is_asked_nothing(made: list[Stood]) -> None:
    taken(given_back(made), made)
    assert [each.asked for each in made] == [0]


def test_a_connection_that_its_server_has_ended_is_not_taken(made: list[Stood]) -> None:
    pool = given_back(made)
    made[0].server.close()
    assert taken(pool, made).connection is made[1]
    assert made[0].is_closed


@pytest.mark.parametrize(("is_gone", "count"), [(False, 1), (True, 2)])
def test_a_connection_that_rested_is_asked_whether_it_lives(
    made: list[Stood], monkeypatch: pytest.MonkeyPatch, is_gone: bool, count: int
) -> None:
    pool = given_back(made)
    made[0].is_gone = is_gone
    later(monkeypatch, 5.0)
    taken(pool, made)
    assert (made[0].asked, len(made)) == (1, count)


def test_of_connections_whose_server_is_gone_without_a_word_one_alone_is_waited_for(
    made: list[Stood], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = given_back(made, 3)
    for each in made:
        each.is_gone = True
    later(monkeypatch, 5.0)
    assert taken(pool, made).connection is made[3]
    assert sum(each.asked for each in made) == 1
    assert [each.is_closed for each in made] == [True, True, True, False]


@pytest.mark.parametrize(
    ("status", "autocommit"),
    [
        (TransactionStatus.INTRANS, True),
        (TransactionStatus.UNKNOWN, True),
        (TransactionStatus.IDLE, False),
    ],
)
def test_a_connection_amid_a_transaction_is_nobody_elses(
    made: list[Stood], status: TransactionStatus, autocommit: bool
) -> None:
    pool = ConnectionPool()
    lent = taken(pool, made)
    made[0].transaction_status, made[0].autocommit = status, autocommit
    pool.give_back(lent)
    assert made[0].is_closed
    assert taken(pool, made).connection is made[1]


def test_a_connection_ends_after_ten_minutes(
    made: list[Stood], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = ConnectionPool()
    lent = taken(pool, made)
    later(monkeypatch, 601.0)
    pool.give_back(lent)
    assert made[0].is_closed


def test_a_connection_that_nobody_took_for_a_minute_is_closed(
    made: list[Stood], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = given_back(made, 2)
    lent = taken(pool, made)
    later(monkeypatch, pooling.MOST_IDLE + 1)
    pool.give_back(lent)
    assert [each.is_closed for each in made] == [True, False]


def test_a_connection_to_another_database_is_not_taken(made: list[Stood]) -> None:
    assert taken(given_back(made), made, {"dbname": "there"}).connection is made[1]


def on_server(test: Any) -> Any:
    """Run a test on PostgreSQL, outside of a transaction."""
    marked = pytest.mark.django_db(transaction=True)(test)
    return pytest.mark.of_database("postgresql")(marked)


def process() -> int:
    """The server's process that answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@on_server
def test_the_next_request_goes_on_with_a_connection() -> None:
    first = process()
    request_finished.send(None)
    assert connection.connection is None
    assert process() == first


@on_server
def test_a_wait_for_a_lock_ends() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("20s",)


@on_server
def test_a_process_that_the_server_has_ended_fails_no_request() -> None:
    first, other = process(), connection.copy()
    with other.cursor() as cursor:
        connection.close()
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert process() != first
    other.close()


@on_server
def test_a_connection_that_failed_is_not_used_again() -> None:
    first = process()
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("SELECT FROM WHERE")
    request_finished.send(None)
    assert process() != first


@contextmanager
def closed_amid_a_transaction() -> Iterator[None]:
    with transaction.atomic():
        connection.close()
        yield


@on_server
def test_a_connection_that_is_closed_amid_a_transaction_is_not_used_again() -> None:
    first = process()
    with pytest.raises(DjangoError), closed_amid_a_transaction():
        process()
    assert process() != first


WAITS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "iSales": timing.upstream,
    "another thread": LIMIT.released,
}


@on_server
@pytest.mark.parametrize("what", ["iSales", "another thread"])
def test_who_waits_for_something_else_has_no_connection(what: str) -> None:
    first = process()
    with WAITS[what]():
        assert connection.connection is None
    assert process() == first


@on_server
def test_who_sends_an_answer_has_no_connection() -> None:
    with LIMIT.held():
        process()
    assert connection.connection is None


@on_server
def test_who_waits_amid_a_transaction_keeps_its_connection() -> None:
    with transaction.atomic():
        first = process()
        with LIMIT.released():
            assert process() == first


@pytest.mark.of_database("sqlite")
@pytest.mark.django_db(transaction=True)
def test_who_waits_keeps_a_connection_to_sqlite() -> None:
    connection.ensure_connection()
    kept = connection.connection
    with LIMIT.released():
        assert connection.connection is kept
