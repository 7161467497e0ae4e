"""What a call centre's iSales sees of many workers that ask at once, over real sockets."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from appoints.connections.check import check
from appoints.connections.models import Connection
from appoints.connections.models.call_state import MOST_FAILURES
from appoints.isales.errors import NotAuthorised
from appoints.isales.secret import Secret
from appoints.isales.signing import Signable
from appoints.isales.simulator import Options, Simulator
from appoints.isales.simulator.answers import Answer, problem
from appoints.isales.simulator.faults import Fault
from appoints.query.query import Query
from appoints.query.time_range import EVER
from appoints.results.lookup import ask
from appoints.snapshots.models import Snapshot
from tests.connections.crowd import Crowd
from tests.factories import connection_to, loads_ended, whole

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[..., Simulator]
SK = Secret("SK")
WORKERS = 3


@pytest.fixture(scope="module")
def crowd(django_db_setup: None) -> Iterator[Crowd]:
    made = Crowd(WORKERS)
    yield made
    made.end()


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a simulator, and store a connection to it with the key SK."""
    with ExitStack() as stack:

        def start(cap: int, **kind: object) -> Simulator:
            kind = {"rows": 100, "secret_key": SK, "latency": 0.05, **kind}
            simulator = stack.enter_context(Simulator(Options(**kind)).running())
            connection_to(simulator.base_url, max_concurrency=cap)
            return simulator

        yield start
        loads_ended()


def without_lookups(simulator: Simulator) -> None:
    """Let the list be all that was purchased."""
    answer = simulator.answer

    def answered(address: str, request: Signable) -> Answer:
        if request.path.endswith("/appoint/list"):
            return answer(address, request)
        return problem(401)

    simulator.answer = answered  # type: ignore[method-assign]


def refused(simulator: Simulator) -> Counter[str]:
    """Return how often each call was answered 401."""
    names = (call.path.rpartition("/")[2] for call in simulator.calls if call.status == 401)
    return Counter(names)


def test_one_bad_key_is_one_401_whoever_asks(start: Start, crowd: Crowd) -> None:
    simulator = start(10, secret_key=Secret("another"))
    crowd.ask(threads=3)
    assert [call.status for call in simulator.calls] == [401]


def test_a_key_that_is_revoked_amid_loads_costs_what_is_under_way_and_no_more(
    start: Start,
) -> None:
    cap = 10
    simulator = start(cap, rows=600, latency=0.01)
    Connection.objects.update(page_limit=5, max_per_second=4)
    answer = simulator.answer

    def answered(address: str, request: Signable) -> Answer:
        if len(simulator.calls) >= 6:
            simulator.gatekeeper.secret_key = Secret("another")
        return answer(address, request)

    simulator.answer = answered  # type: ignore[method-assign]
    with pytest.raises(NotAuthorised):
        ask(
            Connection.objects.get(),
            Query(),
            EVER,
            ZoneInfo("UTC"),
            whole(Connection.objects.get()),
            wait=20,
        )
    # Turns are a quarter of a second apart; a busy machine may need two to store the first refusal.
    assert 1 <= sum(refused(simulator).values()) <= cap / 2
    assert Connection.objects.get().resting


def test_lookups_that_were_not_purchased_are_asked_once_each_until_a_check(
    start: Start, crowd: Crowd
) -> None:
    simulator = start(10)
    without_lookups(simulator)
    crowd.ask(threads=3)
    once = {"1": 1, "queryOBSResultCode": 1}
    assert refused(simulator) == once
    simulator.calls.clear()
    verdict = check(Connection.objects.get())
    assert verdict.ok
    assert "does not offer the names of tasks" in str(verdict)
    crowd.ask(threads=3)
    assert refused(simulator) == once


def test_names_are_asked_once_for_all_workers(start: Start, crowd: Crowd) -> None:
    simulator = start(4)
    crowd.ask(threads=3)
    asked = Counter(call.path.rpartition("/")[2] for call in simulator.calls)
    assert simulator.most_at_once <= 4
    assert asked["1"] == 1
    assert asked["queryOBSResultCode"] <= 2 + 1  # pages in English, and one in Chinese


SECOND = timedelta(seconds=1)


def most_in_a_second(simulator: Simulator) -> int:
    """Return how many requests came in the fullest second."""
    moments = sorted(call.moment for call in simulator.calls)
    return max(
        bisect_left(moments, moment + SECOND) - index for index, moment in enumerate(moments)
    )


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_never_more_at_once_nor_in_a_second_than_is_set(start: Start, crowd: Crowd) -> None:
    cap, pace = 4, 10
    simulator = start(cap, latency=0.15)
    Connection.objects.update(max_per_second=pace)
    crowd.ask(threads=7)
    assert len(simulator.list_calls) >= WORKERS * 7 and simulator.most_at_once <= cap
    # A request whose turn was before that second may come in it: one of each line, at the most.
    assert most_in_a_second(simulator) <= pace + cap


def test_a_429_quiets_all_workers(start: Start, crowd: Crowd) -> None:
    cap, quiet = 4, timedelta(seconds=2)
    simulator = start(cap, fault=Fault("429:2", after=6, times=1))
    Connection.objects.update(max_per_second=20)
    crowd.ask(threads=5)
    until = Connection.objects.get().quiet_until
    assert until and [call.status for call in simulator.calls].count(429) == 1
    amid = [call for call in simulator.calls if until - quiet < call.moment < until]
    after = [call for call in simulator.calls if call.moment >= until]
    # What was under way when it was stored, one request of each line at the most.
    assert len(amid) < cap and after
    loading = Snapshot.objects.filter(status=Snapshot.Status.LOADING)
    assert not loading.exists(), "a load waits for ever"


def test_a_dead_isales_is_tried_by_one_request_over_all_workers(start: Start, crowd: Crowd) -> None:
    cap = 4
    simulator = start(cap, fault="503")
    crowd.ask(threads=3)
    assert len(simulator.calls) < MOST_FAILURES + cap  # those under way, too
    simulator.calls.clear()
    crowd.ask(threads=3)
    assert simulator.calls == []
    # The pause is over, and the next one is the longest.
    Connection.objects.update(failures=2 * MOST_FAILURES, next_try=timezone.now())
    crowd.ask(threads=3)  # nobody waits for the try
    wait_until(lambda: bool(Connection.objects.get().pause_left()))
    crowd.ask(threads=3)
    assert [call.status for call in simulator.calls] == [503]
    simulator.calls.clear()
    simulator.fault = None
    Connection.objects.update(next_try=timezone.now())
    crowd.ask(threads=3)
    wait_until(lambda: not Connection.objects.get().failures)
    crowd.ask(threads=3)
    assert len(simulator.calls) > WORKERS * 3 and simulator.most_at_once <= cap
