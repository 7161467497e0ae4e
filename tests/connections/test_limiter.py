from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import permutations
from threading import Lock

import httpx
import pytest
import time_machine
from django.db import connections as databases
from django.utils import timezone

from appoints.connections import keeper, limiter
from appoints.connections.check import check
from appoints.connections.errors import Busy, Resting
from appoints.connections.models import Connection, Slot
from appoints.isales.client import Criteria
from appoints.isales.errors import AddressLocked, NotAuthorised, TooFast, UnexpectedAnswer
from appoints.isales.secret import Secret
from appoints.isales.simulator import Options, Simulator
from dashboard.concurrency import LIMIT
from tests.factories import answer_with, connection_to

EMPTY = {"resultCode": "0200000", "data": [], "totalCount": 0}


class FakeISales:
    """Answers after a while, and remembers when it was asked and how many asked at once."""

    def __init__(self) -> None:
        self.answer: Callable[[], httpx.Response] = lambda: httpx.Response(200, json=EMPTY)
        self.latency = 0.0
        self.moments: list[float] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.moments.append(time.monotonic())
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        time.sleep(self.latency)
        with self._lock:
            self._at_once -= 1
        return self.answer()


@pytest.fixture
def isales(monkeypatch: pytest.MonkeyPatch) -> FakeISales:
    fake = FakeISales()
    answer_with(fake, monkeypatch)
    return fake


@pytest.fixture
def connection(db: None) -> Connection:
    return connection_to(max_concurrency=2)


def crowd(work: Callable[[], None], workers: int) -> None:
    """Run something in several threads at once, as several workers would."""

    def one(_: int) -> None:
        try:
            work()
        finally:
            databases.close_all()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, range(workers)))


def ask(connection: Connection, wait: float = 5.0) -> None:
    with limiter.line(connection, wait=wait) as line:
        line.list_page(Criteria(), 0, 10, budget=5)


def again(connection: Connection) -> Connection:
    """Return the connection as another worker holds it."""
    return Connection.objects.get(pk=connection.pk)


@pytest.mark.django_db(transaction=True)
class TestManyWorkers:
    def test_no_more_ask_at_once_than_the_connection_allows(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        isales.latency = 0.1
        crowd(lambda: ask(again(connection)), 6)
        assert (len(isales.moments), isales.most_at_once) == (6, 2)

    def test_the_pace_holds_over_all_workers(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        Connection.objects.update(max_per_second=10)
        crowd(lambda: ask(again(connection)), 6)
        # 6 calls have 5 gaps of 0.1 s; a slow start of the first thread may shorten their sum.
        assert isales.moments[-1] - isales.moments[0] > 0.4

    def test_the_pace_holds_within_a_line(self, isales: FakeISales, connection: Connection) -> None:
        connection.max_per_second, connection.max_concurrency = 10, 1
        connection.save()
        with limiter.line(connection, wait=1) as line:
            for _ in range(4):
                line.list_page(Criteria(), 0, 10, budget=5)
        # 4 calls have 3 gaps of 0.1 s; the first may have been noted late.
        assert isales.moments[-1] - isales.moments[0] > 0.2

    def test_a_turn_that_was_not_waited_for_delays_nobody(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        Connection.objects.update(max_per_second=0.01, max_concurrency=1)
        ask(again(connection))
        before = Slot.objects.get().last_call
        for _ in range(5):
            with pytest.raises(Busy), limiter.line(again(connection), wait=0) as line:
                line.list_page(Criteria(), 0, 10, budget=0.1)
        assert Slot.objects.get().last_call == before and len(isales.moments) == 1

    def test_who_finds_no_free_line_in_time_is_told_so(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        Connection.objects.update(max_concurrency=1)
        with (
            limiter.line(again(connection), wait=1),
            pytest.raises(Busy),
            limiter.line(again(connection), wait=0),
        ):
            raise AssertionError("two hold one line")

    def test_fewer_lines_bind_at_once(self, isales: FakeISales, connection: Connection) -> None:
        with limiter.line(again(connection), wait=0):
            Connection.objects.update(max_concurrency=1)
            with pytest.raises(Busy):
                ask(again(connection), wait=0)


@pytest.mark.django_db
class TestLine:
    def test_a_line_is_free_again_after_use(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        Connection.objects.update(max_concurrency=1)
        ask(again(connection), wait=0)
        ask(again(connection), wait=0)
        assert len(isales.moments) == 2

    def test_a_line_is_free_again_after_a_failure(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        Connection.objects.update(max_concurrency=1)
        with pytest.raises(ZeroDivisionError), limiter.line(again(connection), wait=0):
            raise ZeroDivisionError
        ask(again(connection), wait=0)

    def test_the_slot_of_a_dead_holder_is_free_after_the_hold(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        Connection.objects.update(max_concurrency=1)
        dead = limiter.line(again(connection), wait=0)
        dead.__enter__()
        with pytest.raises(Busy):
            ask(again(connection), wait=0)
        held = Slot.objects.get().held_until - timezone.now()
        assert timedelta() < held <= keeper.HOLD
        Slot.objects.update(held_until=timezone.now())
        ask(again(connection), wait=0)

    def test_who_lost_a_slot_does_not_free_it_for_others(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        Connection.objects.update(max_concurrency=1)
        with limiter.line(again(connection), wait=0):
            Slot.objects.update(held_until=timezone.now())
            heir = limiter.line(again(connection), wait=0)
            heir.__enter__()
        with pytest.raises(Busy):
            ask(again(connection), wait=0)


@pytest.mark.django_db
class TestRest:
    @pytest.mark.parametrize(
        ("status", "error", "rest"),
        [(401, NotAuthorised, "not-authorised"), (403, AddressLocked, "address-locked")],
    )
    def test_a_rejection_is_one_request_and_a_stored_rest(
        self,
        isales: FakeISales,
        connection: Connection,
        status: int,
        error: type[Exception],
        rest: str,
    ) -> None:
        isales.answer = lambda: httpx.Response(status)
        with pytest.raises(error):
            ask(connection)
        assert again(connection).resting == rest
        with pytest.raises(Resting):
            ask(again(connection))
        assert len(isales.moments) == 1

    def test_the_log_tells_of_it(
        self, isales: FakeISales, connection: Connection, caplog: pytest.LogCaptureFixture
    ) -> None:
        isales.answer = lambda: httpx.Response(401)
        with pytest.raises(NotAuthorised) as refused:
            ask(connection)
        assert [each.getMessage() for each in caplog.records if each.levelname == "WARNING"] == [
            f"connection {connection.slug}: at rest until a check succeeds: {refused.value}"
        ]

    def test_a_rest_holds_for_who_loaded_the_connection_before(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        before = again(connection)
        connection.rest(NotAuthorised("401"))
        with pytest.raises(Resting):
            ask(before)
        assert not isales.moments

    def test_only_a_check_that_succeeds_ends_it(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        isales.answer = lambda: httpx.Response(401)
        with pytest.raises(NotAuthorised):
            ask(connection)
        for status in (401, 403, 404):
            isales.answer = lambda status=status: httpx.Response(status)  # type: ignore[misc]
            assert not check(again(connection)).ok
            assert again(connection).resting
        isales.answer = lambda: httpx.Response(200, json=EMPTY)
        assert check(again(connection)).ok
        assert not again(connection).resting
        ask(again(connection))
        assert len(isales.moments) == 6


NEW_KEY = {"secret_key": Secret("new")}
NEW_HOST = {"base_url": "http://127.0.0.1:10"}


@pytest.mark.django_db
class TestLateRefusal:
    """A call was sent with the old endpoint or key, and is refused once the new one is checked."""

    @staticmethod
    def refused_late(
        isales: FakeISales, connection: Connection, status: int, change: dict[str, object]
    ) -> None:
        isales.answer = lambda: httpx.Response(200, json=EMPTY)

        def answer() -> httpx.Response:
            isales.answer = lambda: httpx.Response(200, json=EMPTY)
            Connection.objects.update(**change)
            Connection.objects.update(trial_holder="")
            assert check(again(connection)).ok
            return httpx.Response(status)

        isales.answer = answer
        with pytest.raises((NotAuthorised, AddressLocked)):
            ask(again(connection))

    @pytest.mark.parametrize(
        ("status", "change"), [(401, NEW_KEY), (401, NEW_HOST), (401, {"vdn": 2}), (403, NEW_HOST)]
    )
    def test_it_does_not_put_the_new_endpoint_to_rest(
        self,
        isales: FakeISales,
        connection: Connection,
        status: int,
        change: dict[str, object],
    ) -> None:
        self.refused_late(isales, connection, status, change)
        assert not again(connection).resting
        assert again(connection).is_accepted()
        ask(again(connection))

    @pytest.mark.parametrize(("status", "change"), [(401, {}), (403, {}), (403, NEW_KEY)])
    def test_a_refusal_that_still_counts_does(
        self,
        isales: FakeISales,
        connection: Connection,
        status: int,
        change: dict[str, object],
    ) -> None:
        """The key is the same, or the address is locked on the same host whatever the key."""
        self.refused_late(isales, connection, status, change)
        assert again(connection).resting

    def test_so_does_one_of_the_old_key_while_the_new_one_is_not_checked(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        old = again(connection)
        Connection.objects.update(**NEW_KEY)
        old.rest(NotAuthorised("401"))
        assert again(connection).resting


@pytest.mark.django_db
class TestQuiet:
    def test_a_429_keeps_everybody_quiet_for_as_long_as_it_says(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        isales.answer = lambda: httpx.Response(429, headers={"Retry-After": "30"})
        with pytest.raises(TooFast):
            ask(connection)
        with pytest.raises(TooFast) as caught:
            ask(again(connection))
        assert 25 < (caught.value.retry_after or 0) <= 30
        assert len(isales.moments) == 1
        Connection.objects.update(quiet_until=timezone.now())
        isales.answer = lambda: httpx.Response(200, json=EMPTY)
        ask(again(connection))

    def test_a_check_asks_once_amid_a_quiet_and_a_success_ends_it(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        connection.keep_quiet(TooFast("429", 600))
        assert check(again(connection)).ok
        assert len(isales.moments) == 1
        ask(again(connection))

    def test_a_check_that_fails_amid_a_quiet_is_one_request(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        isales.answer = lambda: httpx.Response(429, headers={"Retry-After": "86400"})
        connection.keep_quiet(TooFast("429", 86400))
        assert not check(again(connection)).ok
        assert len(isales.moments) == 1
        with pytest.raises(TooFast):
            ask(again(connection))

    @pytest.mark.parametrize("seconds", [3600, 86400, 10**9])
    def test_a_quiet_has_an_upper_bound(
        self, isales: FakeISales, connection: Connection, seconds: float
    ) -> None:
        isales.answer = lambda: httpx.Response(429, headers={"Retry-After": str(seconds)})
        with pytest.raises(TooFast) as caught:
            ask(connection)
        assert 3500 < (caught.value.retry_after or 0) <= 3600
        assert 3500 < again(connection).quiet_left().total_seconds() <= 3600

    @pytest.mark.parametrize(
        "change",
        [{"base_url": "http://127.0.0.1:10"}, {"vdn": 2}, {"secret_key": Secret("other")}],
        ids=lambda change: next(iter(change)),
    )
    def test_a_changed_endpoint_starts_afresh(
        self, isales: FakeISales, connection: Connection, change: dict[str, object]
    ) -> None:
        connection.keep_quiet(TooFast("429", 600))
        Connection.objects.update(**change)
        ask(again(connection))
        assert len(isales.moments) == 1

    @pytest.mark.parametrize("order", list(permutations([600.0, 5.0, None])))
    def test_of_several_429s_the_longest_quiet_counts(
        self, isales: FakeISales, connection: Connection, order: tuple[float | None, ...]
    ) -> None:
        workers = [again(connection) for _ in order]
        left = [
            worker.keep_quiet(TooFast("429", seconds))
            for worker, seconds in zip(workers, order, strict=True)
        ]
        assert 590 < again(connection).quiet_left().total_seconds() <= 600
        assert 590 < left[-1] <= 600

    def test_a_shorter_429_of_a_call_under_way_does_not_end_a_quiet(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        def answer() -> httpx.Response:
            again(connection).keep_quiet(TooFast("429", 600))
            return httpx.Response(429, headers={"Retry-After": "0"})

        isales.answer = answer
        with pytest.raises(TooFast) as caught:
            ask(connection)
        assert 590 < (caught.value.retry_after or 0) <= 600
        with pytest.raises(TooFast):
            ask(again(connection))
        assert len(isales.moments) == 1

    def test_a_429_of_the_old_endpoint_does_not_quiet_the_new_one(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        old = again(connection)
        Connection.objects.update(vdn=2)
        again(connection).keep_quiet(TooFast("429", 30))
        old.keep_quiet(TooFast("429", 600))
        assert 25 < again(connection).quiet_left().total_seconds() <= 30

    @pytest.mark.django_db(transaction=True)
    def test_after_a_quiet_one_trial_call_goes_first(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        Connection.objects.update(max_concurrency=4)
        ask(again(connection))
        again(connection).keep_quiet(TooFast("429", 0.3))
        time.sleep(0.3)
        isales.moments.clear()
        isales.latency = 0.2
        crowd(lambda: ask(again(connection)), 4)
        first, *others = sorted(isales.moments)
        assert min(others) - first >= 0.2
        assert isales.most_at_once <= 3


@pytest.mark.django_db(transaction=True)
class TestProof:
    @pytest.mark.parametrize("cap", [4, 10])
    def test_until_the_first_answer_one_request_is_out(
        self, isales: FakeISales, connection: Connection, cap: int
    ) -> None:
        Connection.objects.update(max_concurrency=cap)
        isales.latency = 0.2
        crowd(lambda: ask(again(connection)), cap)
        first, *others = sorted(isales.moments)
        assert min(others) - first >= 0.2
        assert len(others) == cap - 1

    def test_after_it_the_pace_holds_for_those_who_waited(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        Connection.objects.update(max_concurrency=4, max_per_second=4)
        isales.latency = 0.5
        crowd(lambda: ask(again(connection)), 4)
        _, first, *others = sorted(isales.moments)
        # Two gaps of a quarter of a second; the first call may have been noted late.
        assert others[-1] - first >= 0.35

    def test_an_answer_that_accepts_nothing_lets_the_next_one_try(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        Connection.objects.update(max_concurrency=4)
        isales.answer = lambda: httpx.Response(500)
        isales.latency = 0.05

        def try_to_ask() -> None:
            with pytest.raises(UnexpectedAnswer):
                ask(again(connection))

        crowd(try_to_ask, 4)
        assert (len(isales.moments), isales.most_at_once) == (4, 1)

    def test_a_proof_is_of_its_endpoint_and_of_the_last_minutes(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        ask(connection)
        assert again(connection).is_accepted()
        later = timezone.now() + timedelta(minutes=6)
        with time_machine.travel(later):
            assert not again(connection).is_accepted()
        Connection.objects.update(secret_key=Secret("another"))
        assert not again(connection).is_accepted()

    def test_a_key_that_is_revoked_costs_what_is_under_way_and_no_more(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        cap = 4
        Connection.objects.update(max_concurrency=cap, max_per_second=2)
        ask(again(connection))
        isales.moments.clear()
        isales.answer = lambda: httpx.Response(401)

        def try_to_ask() -> None:
            with pytest.raises((NotAuthorised, Resting)):
                ask(again(connection))

        crowd(try_to_ask, cap)
        # Each waits for its turn, half a second after another's, and looks once more when that has
        # come; a busy machine may need one more to store the first refusal.
        assert len(isales.moments) <= cap / 2


@pytest.mark.django_db(transaction=True)
class TestKeeper:
    def test_a_slot_is_renewed_for_as_long_as_it_is_held(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keeper, "RENEWED_EVERY", 0.02)
        with limiter.line(connection, wait=1):
            Slot.objects.update(held_until=timezone.now())
            deadline = time.monotonic() + 20
            while not Slot.objects.filter(held_until__gt=timezone.now()).exists():
                assert time.monotonic() < deadline
                time.sleep(0.01)
        for thread in threading.enumerate():
            if thread.name == "keep":
                thread.join(20)
        assert not Slot.objects.filter(held_until__gt=timezone.now()).exists()


@pytest.mark.django_db
class TestHold:
    def test_a_slot_is_held_when_a_call_begins(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        held: list[timedelta] = []

        def answer() -> httpx.Response:
            held.append(Slot.objects.exclude(holder="").get().held_until - timezone.now())
            return httpx.Response(200, json=EMPTY)

        isales.answer = answer
        with limiter.line(connection, wait=1) as line:
            for _ in range(2):
                line.slot.held_until = timezone.now()  # it waited that long
                line.list_page(Criteria(), 0, 10, budget=90)
        assert min(held) > keeper.HOLD / 2

    def test_who_lost_a_slot_takes_another_before_the_next_call(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        with limiter.line(connection, wait=1) as line:
            Slot.objects.update(held_until=timezone.now())
            with limiter.line(again(connection), wait=1), limiter.line(again(connection), wait=1):
                line.slot.held_until = timezone.now()  # it waited that long
                with pytest.raises(Busy):
                    line.list_page(Criteria(), 0, 10, budget=0.2)
            line.list_page(Criteria(), 0, 10, budget=1)
        assert len(isales.moments) == 1


@pytest.mark.django_db
class TestClock:
    """The clock was two hours ahead, or more, and is then set right."""

    @pytest.fixture(params=[timedelta(minutes=3), timedelta(hours=2), timedelta(days=1000)])
    def ahead(self, request: pytest.FixtureRequest) -> timedelta:
        found: timedelta = request.param
        return found

    def test_slots_that_were_held_and_used_are_free(
        self, isales: FakeISales, connection: Connection, ahead: timedelta
    ) -> None:
        Connection.objects.update(max_concurrency=1, max_per_second=5)
        with time_machine.travel(timezone.now() + ahead):
            ask(again(connection))
            dead = limiter.line(again(connection), wait=0)
            dead.__enter__()
        ask(again(connection), wait=1)
        assert len(isales.moments) == 2

    def test_a_line_that_is_in_use_goes_on(
        self, isales: FakeISales, connection: Connection, ahead: timedelta
    ) -> None:
        Connection.objects.update(max_concurrency=1, max_per_second=5)
        with ExitStack() as stack:
            with time_machine.travel(timezone.now() + ahead):
                line = stack.enter_context(limiter.line(again(connection), wait=1))
                line.list_page(Criteria(), 0, 10, budget=5)
            line.list_page(Criteria(), 0, 10, budget=5)

    def test_a_quiet_is_over(
        self, isales: FakeISales, connection: Connection, ahead: timedelta
    ) -> None:
        with time_machine.travel(timezone.now() + ahead + timedelta(hours=1)):
            again(connection).keep_quiet(TooFast("429", 10))
        ask(again(connection))

    def test_an_acceptance_and_a_trial_hold_nobody_up(
        self, isales: FakeISales, connection: Connection, ahead: timedelta
    ) -> None:
        with time_machine.travel(timezone.now() + ahead):
            ask(again(connection))
            assert again(connection).begin_trial("somebody", timedelta(seconds=50))
        assert not again(connection).is_accepted()
        ask(again(connection), wait=1)


@pytest.mark.django_db(transaction=True)
class TestChecksAtOnce:
    def test_two_checks_of_a_bad_key_at_once_are_one_request(
        self, isales: FakeISales, connection: Connection
    ) -> None:
        isales.answer = lambda: httpx.Response(401)
        isales.latency = 0.5
        verdicts: list[bool] = []
        crowd(lambda: verdicts.append(check(again(connection)).ok), 2)
        assert verdicts == [False, False]
        assert len(isales.moments) == 1

    def test_the_next_check_asks_again(self, isales: FakeISales, connection: Connection) -> None:
        isales.answer = lambda: httpx.Response(401)
        check(again(connection))
        check(again(connection))
        assert len(isales.moments) == 2


@pytest.mark.django_db(transaction=True)
class TestOverSockets:
    def test_the_cap_holds_and_every_signature_is_accepted(self, connection: Connection) -> None:
        with Simulator(
            Options(access_key="AK", secret_key=Secret("SK"), latency=0.1)
        ).running() as isales:
            Connection.objects.update(base_url=isales.base_url)
            crowd(lambda: ask(again(connection)), 6)
        assert [call.status for call in isales.calls] == [200] * 6
        assert isales.most_at_once == 2

    def test_a_bad_key_is_one_request_however_many_want_to_ask(
        self, connection: Connection
    ) -> None:
        def try_to_ask() -> None:
            with pytest.raises((NotAuthorised, Resting)):
                ask(again(connection))

        with Simulator(Options(access_key="AK", secret_key=Secret("another"))).running() as isales:
            Connection.objects.update(base_url=isales.base_url, max_concurrency=1)
            crowd(try_to_ask, 6)
        assert [call.status for call in isales.calls] == [401]


def test_an_unforeseen_error_does_not_end_the_renewal_of_slots(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed: list[str] = []

    def fail(**_: object) -> None:
        failed.append("once more")
        raise LookupError

    monkeypatch.setattr(keeper, "RENEWED_EVERY", 0.01)
    monkeypatch.setattr(keeper.Slot.objects, "filter", fail)
    own = keeper.Keeper()
    own.add("somebody")
    deadline = time.monotonic() + 20
    while len(failed) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    own.remove("somebody")
    for thread in threading.enumerate():
        if thread.name == "keep":
            thread.join(20)
    assert len(failed) >= 2


def test_slots_that_were_just_taken_are_not_renewed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renewed: list[dict[str, object]] = []
    monkeypatch.setattr(keeper, "RENEWED_EVERY", 60.0)
    monkeypatch.setattr(keeper.Slot.objects, "filter", lambda **asked: renewed.append(asked))
    own = keeper.Keeper()
    own.add("who gives its slot back")
    with own._lock:  # before the thread that is woken has it
        own._idle.set()
        time.sleep(0.05)
        own._holders = {"who has just taken one"}
        own._idle.clear()
    time.sleep(0.05)
    own.remove("who has just taken one")
    assert not renewed


@pytest.mark.usefixtures("isales")
def test_a_wait_in_line_after_a_call_is_no_time_of_isales(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def released(**_: bool) -> Iterator[None]:
        yield
        time.sleep(0.5)

    monkeypatch.setattr(LIMIT, "released", released)
    with limiter.line(connection, wait=1) as line:
        line.list_page(Criteria(), 0, 10, budget=5)
        assert line.took < 0.5
