"""An iSales that does not answer: tried by one request now and then, and nobody waits for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import httpx
import pytest
import time_machine
from django.db import connections as databases
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from appoints.connections import limiter, lookups
from appoints.connections.check import check
from appoints.connections.errors import NotAnswering, Resting
from appoints.connections.models import Connection, call_state
from appoints.connections.models.call_state import LONGEST_PAUSE, MOST_FAILURES
from appoints.isales.errors import (
    FetchError,
    ISalesError,
    NoAnswer,
    NotAuthorised,
    TooFast,
    UnexpectedAnswer,
)
from appoints.isales.secret import Secret
from appoints.snapshots.models import Snapshot
from tests.connections.test_limiter import EMPTY, FakeISales, again, ask, crowd
from tests.factories import answer_with, at_hand, browser_of, connection_to, person, raw


@pytest.fixture
def isales(monkeypatch: pytest.MonkeyPatch) -> FakeISales:
    fake = FakeISales()
    answer_with(fake, monkeypatch)
    fake.answer = refuse
    return fake


@pytest.fixture
def connection(db: None) -> Connection:
    return connection_to(max_concurrency=4)


def refuse() -> httpx.Response:
    raise httpx.ConnectError("refused")


def good() -> httpx.Response:
    return httpx.Response(200, json=EMPTY)


def ask_and_close(connection: Connection) -> None:
    try:
        ask(again(connection))
    finally:
        databases.close_all()


def fail(connection: Connection) -> FetchError:
    with pytest.raises(FetchError) as caught:
        ask(again(connection))
    return caught.value


def break_down(
    isales: FakeISales, connection: Connection, error: ISalesError | None = None
) -> None:
    """Let as many requests fail as it takes."""
    for _ in range(MOST_FAILURES):
        again(connection).record_failure(error or NoAnswer("refused"))
    assert again(connection).is_failing() and not isales.moments


def end_pause() -> None:
    Connection.objects.update(next_try=timezone.now())


@pytest.mark.django_db
class TestFailures:
    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (refuse, NoAnswer),
            (lambda: httpx.Response(500), UnexpectedAnswer),
            (lambda: httpx.Response(503), UnexpectedAnswer),
        ],
        ids=["no connection", "500", "503"],
    )
    def test_after_a_few_in_a_row_no_request_goes_out(
        self,
        isales: FakeISales,
        connection: Connection,
        answer: Callable[[], httpx.Response],
        error: type[FetchError],
    ) -> None:
        isales.answer = answer
        assert isinstance(fail(connection), error)
        while not isinstance(fail(connection), NotAnswering):
            assert len(isales.moments) <= MOST_FAILURES
        assert len(isales.moments) == MOST_FAILURES

    def test_an_answer_between_them_begins_the_row_anew(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        for _ in range(MOST_FAILURES - 1):
            again(connection).record_failure(NoAnswer("refused"))
        isales.answer = good
        ask(again(connection))
        again(connection).record_failure(NoAnswer("refused"))
        assert not again(connection).is_failing()

    def test_the_log_tells_why_when_they_begin_and_that_they_ended(
        self, isales: FakeISales, connection: Connection, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, logger=call_state.__name__)
        for _ in range(MOST_FAILURES):
            fail(connection)
        isales.answer = good
        end_pause()
        ask(again(connection))
        assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
            ("WARNING", f"connection {connection.slug}: iSales does not answer: refused"),
            ("INFO", f"connection {connection.slug}: iSales answers again"),
        ]

    @pytest.mark.parametrize("status", [400, 404])
    def test_an_answer_that_makes_no_sense_is_one(
        self, isales: FakeISales, connection: Connection, status: int
    ) -> None:
        break_down(isales, connection)
        end_pause()
        isales.answer = lambda: httpx.Response(status)
        assert isinstance(fail(connection), UnexpectedAnswer)
        assert not again(connection).is_failing()

    def test_a_changed_endpoint_starts_afresh(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        old = again(connection)
        break_down(isales, connection)
        Connection.objects.update(secret_key=Secret("another"))
        old.record_failure(NoAnswer("refused"))
        isales.answer = good
        ask(again(connection))
        assert len(isales.moments) == 1

    def test_lookups_that_fail_do_not_count(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        isales.answer = good
        ask(connection)
        isales.answer = lambda: httpx.Response(503)
        for _ in range(MOST_FAILURES):
            with limiter.line(again(connection), wait=1) as line, pytest.raises(UnexpectedAnswer):
                line.tasks(budget=5)
        assert again(connection).failures == 0


@pytest.mark.django_db
class TestTries:
    def test_each_is_one_request_and_the_pause_after_it_grows_up_to_a_minute(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        break_down(isales, connection)
        pauses = []
        for tries in range(1, 8):
            end_pause()
            assert isinstance(fail(connection), NoAnswer | NotAnswering)
            assert len(isales.moments) == tries
            pauses.append(round(again(connection).pause_left().total_seconds()))
        assert pauses == [10, 20, 40, 60, 60, 60, 60]

    def test_a_success_ends_it_for_everybody(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        break_down(isales, connection)
        end_pause()
        isales.answer = good
        for _ in range(3):
            ask(again(connection))
        assert again(connection).failures == 0

    def test_requests_under_way_when_the_pause_begins_do_not_prolong_it(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        break_down(isales, connection)
        before = again(connection).next_try
        for _ in range(4):
            again(connection).record_failure(NoAnswer("refused"))
        assert again(connection).next_try == before

    @pytest.mark.django_db(transaction=True)
    def test_whoever_asks_one_is_out_over_all_workers(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        isales.answer = good
        ask(again(connection))  # the key is known to be good
        isales.moments.clear()
        break_down(isales, connection)
        end_pause()
        isales.answer, isales.latency = refuse, 0.3
        crowd(lambda: fail(connection), 6)
        assert len(isales.moments) == 1

    @pytest.mark.parametrize("ahead", [timedelta(minutes=3), timedelta(days=1000)])
    def test_a_pause_that_a_clock_ahead_has_written_is_over(
        self, isales: FakeISales, connection: Connection, ahead: timedelta
    ) -> None:
        with time_machine.travel(timezone.now() + ahead):
            break_down(isales, connection)
        isales.answer = good
        ask(again(connection))

    def test_the_longest_pause_is_over_by_itself(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        break_down(isales, connection)
        isales.answer = good
        with time_machine.travel(timezone.now() + LONGEST_PAUSE):
            ask(again(connection))

    def test_a_check_tries_at_once_and_its_success_ends_it(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        break_down(isales, connection)
        assert not check(again(connection)).ok
        assert isales.moments and again(connection).is_failing()
        isales.answer = good
        assert check(again(connection)).ok
        ask(again(connection))

    @pytest.mark.django_db(transaction=True)
    def test_a_check_does_not_wait_for_a_try_that_hangs(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        isales.answer = good
        ask(again(connection))  # the key is known to be good
        isales.moments.clear()
        break_down(isales, connection)
        end_pause()
        released = Event()

        def hang() -> httpx.Response:
            isales.answer = good
            released.wait(30)
            return good()

        isales.answer = hang
        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(ask_and_close, connection)
            while not isales.moments:
                time.sleep(0.01)
            assert check(again(connection)).ok
            released.set()
            held.result()


@pytest.mark.django_db
class TestRestAndQuiet:
    def test_a_rest_is_what_is_told(self, isales: FakeISales, connection: Connection) -> None:
        break_down(isales, connection)
        again(connection).rest(NotAuthorised("401"))
        assert isinstance(fail(connection), Resting) and not isales.moments

    def test_a_quiet_is_what_is_told(self, isales: FakeISales, connection: Connection) -> None:
        break_down(isales, connection)
        again(connection).keep_quiet(TooFast("429", 30))
        assert isinstance(fail(connection), TooFast) and not isales.moments

    @pytest.mark.parametrize(
        ("status", "error"), [(401, NotAuthorised), (403, FetchError), (429, TooFast)]
    )
    def test_a_try_that_is_refused_is_a_refusal(
        self, isales: FakeISales, connection: Connection, status: int, error: type[FetchError]
    ) -> None:
        break_down(isales, connection)
        end_pause()
        isales.answer = lambda: httpx.Response(status)
        assert isinstance(fail(connection), error)
        stored = again(connection)
        assert stored.resting or stored.quiet_left()
        assert not stored.is_failing() and len(isales.moments) == 1


@pytest.mark.django_db(transaction=True)
class TestPages:
    @pytest.fixture
    def browser(self, connection: Connection) -> Client:
        return browser_of(person())

    def test_rows_at_hand_are_shown_at_once_with_the_reason(
        self, isales: FakeISales, connection: Connection, browser: Client
    ) -> None:
        at_hand(connection, [raw(number) for number in range(5)])
        break_down(isales, connection)
        with time_machine.travel(timezone.now() + timedelta(minutes=2)):
            again(connection).record_failure(NoAnswer("refused"))
            page = browser.get("/appoints/")
        text = page.content.decode()
        assert page.status_code == 200 and "iSales has not answered since" in text
        assert "It is tried again at" in text and " UTC" in text and not isales.moments
        assert not Snapshot.objects.filter(status=Snapshot.Status.LOADING).exists()

    def test_without_rows_the_page_says_so_and_when_to_come_again(
        self, isales: FakeISales, connection: Connection, browser: Client
    ) -> None:
        break_down(isales, connection)
        page = browser.get("/appoints/?preset=today")
        assert page.status_code == 504 and 1 <= int(page["Retry-After"]) <= 5
        assert "iSales has not answered since" in page.content.decode()
        assert not isales.moments

    def test_of_answers_that_were_errors_the_page_says_so(
        self, isales: FakeISales, connection: Connection, browser: Client
    ) -> None:
        break_down(isales, connection, UnexpectedAnswer("HTTP 500", 500))
        page = browser.get("/appoints/?preset=today")
        assert page.status_code == 502 and 1 <= int(page["Retry-After"]) <= 5
        text = page.content.decode()
        assert "iSales has answered only with errors since" in text and "(HTTP 500)" in text
        assert not isales.moments

    def test_nobody_waits_for_a_try_and_its_success_brings_the_rows(
        self, isales: FakeISales, connection: Connection, browser: Client, settings: Settings
    ) -> None:
        settings.APPOINTS_PAGE_WAIT = 30.0
        break_down(isales, connection)
        end_pause()
        released = Event()

        def late() -> httpx.Response:
            released.wait(30)
            return good()

        isales.answer = late
        page = browser.get("/appoints/?preset=today")
        assert "It is being tried again now" in page.content.decode()
        released.set()
        deadline = time.monotonic() + 20
        while browser.get("/appoints/?preset=today").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def test_names_are_those_of_the_last_answer(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        break_down(isales, connection)
        end_pause()
        assert lookups.tasks(again(connection)) == {} and not isales.moments
