"""What a call centre's iSales sees of many workers that ask at once, over real sockets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from zoneinfo import ZoneInfo

import pytest

from appoints.connections.check import check
from appoints.connections.models import Connection
from appoints.isales.errors import NotAuthorised
from appoints.isales.secret import Secret
from appoints.isales.signing import Signable
from appoints.isales.simulator import Options, Simulator
from appoints.isales.simulator.answers import Answer, problem
from appoints.query.query import Query
from appoints.query.time_range import EVER
from appoints.results.lookup import ask
from tests.connections.crowd import crowd
from tests.factories import connection_to, whole

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[..., Simulator]
SK = Secret("SK")


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


@pytest.mark.parametrize("cap", [4, 10])
def test_one_bad_key_is_one_401_whoever_asks(start: Start, cap: int) -> None:
    simulator = start(cap, secret_key=Secret("another"))
    crowd(processes=2, threads=6)
    assert [call.status for call in simulator.calls] == [401]


@pytest.mark.parametrize("cap", [4, 10])
def test_a_key_that_is_revoked_amid_loads_costs_what_is_under_way_and_no_more(
    start: Start, cap: int
) -> None:
    simulator = start(cap, rows=600, latency=0.01)
    Connection.objects.update(page_limit=5, max_per_second=10)
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
    # Turns are a tenth of a second apart; a busy machine may need two to store the first refusal.
    assert 1 <= sum(refused(simulator).values()) <= cap / 2
    assert Connection.objects.get().resting


def test_lookups_that_were_not_purchased_are_asked_once_each_until_a_check(
    start: Start,
) -> None:
    simulator = start(10)
    without_lookups(simulator)
    crowd(processes=2, threads=6)
    once = {"1": 1, "queryOBSResultCode": 1}
    assert refused(simulator) == once
    simulator.calls.clear()
    verdict = check(Connection.objects.get())
    assert verdict.ok
    assert "does not offer the names of tasks" in str(verdict)
    crowd(processes=1, threads=6)
    assert refused(simulator) == once


def test_names_are_asked_once_for_all_workers(start: Start) -> None:
    simulator = start(4)
    crowd(processes=2, threads=6)
    asked = Counter(call.path.rpartition("/")[2] for call in simulator.calls)
    assert simulator.most_at_once <= 4
    assert asked["1"] == 1
    assert asked["queryOBSResultCode"] <= 2 + 1  # pages in English, and one in Chinese
