"""What a load does when iSales fails, and what is shown then."""

from __future__ import annotations

import time
from datetime import timedelta
from queue import Queue
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from appoints.connections.errors import InternalError, Resting
from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.errors import ISalesError, NotAuthorised, Refused, TooFast, UnexpectedAnswer
from appoints.isales.signing import Signable
from appoints.isales.simulator import Simulator
from appoints.isales.simulator.answers import Answer
from appoints.isales.simulator.faults import Fault
from appoints.query.query import Query
from appoints.query.time_range import EVER
from appoints.results.lookup import ask
from appoints.results.passthrough import TooLong
from appoints.results.result import NeedsWhole, Result
from appoints.snapshots import fetcher, page_queue
from appoints.snapshots.models import Snapshot
from tests.factories import PAGE, raw, whole

UTC = ZoneInfo("UTC")


def everything(connection: Connection, **parts: object) -> Result:
    return ask(connection, Query(**parts), EVER, UTC, whole(connection), wait=10)


def aged(minutes: int = 5) -> None:
    """Let every whole snapshot be so old that it is refreshed."""
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=minutes))


def test_a_401_costs_exactly_one_request_and_rests_the_connection(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "401"
    with pytest.raises(NotAuthorised):
        everything(connection)
    with pytest.raises(Resting):
        everything(connection)
    assert len(simulator.calls) == 1
    assert Connection.objects.get().resting == Connection.Rest.NOT_AUTHORISED


@pytest.mark.parametrize("fault", ["code:0200007@6", "html@6", "no-data@6", "429:70@6"])
def test_a_refresh_that_fails_amid_keeps_the_last_good_rows(
    connection: Connection, simulator: Simulator, fault: str
) -> None:
    before = everything(connection)
    aged()
    simulator.listing.source[0]["calledNo"] = "changed"
    simulator.fault = Fault.parse(fault)
    after = everything(connection)
    assert isinstance(after.error, ISalesError)
    assert after.rows.equals(before.rows)
    assert (after.mode, after.is_settled) == ("whole", True)
    assert after.as_of is not None and after.as_of < timezone.now() - timedelta(minutes=4)


def test_who_has_no_rows_yet_hears_of_the_failure(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "code:0200007@6"
    with pytest.raises(Refused) as caught:
        everything(connection)
    assert caught.value.code == "0200007"


def test_the_next_question_after_a_failure_asks_anew(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = Fault("html", times=1)
    with pytest.raises(UnexpectedAnswer):
        everything(connection)
    assert everything(connection).total == 85


def test_a_load_that_is_asked_for_quiet_waits_and_goes_on(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = Fault("429:1", after=4, times=1)
    result = everything(connection)
    assert (result.total, result.is_settled) == (85, True)
    assert len(simulator.list_calls) == 10


def test_pages_amid_a_load_take_no_line_while_isales_wants_quiet(
    connection: Connection, simulator: Simulator
) -> None:
    begun = time.monotonic()
    connection.keep_quiet(TooFast("too fast", 0.3))
    found = [came for came in fetcher.pages(connection, Criteria(), PAGE, [PAGE, 2 * PAGE]) if came]
    assert len(found) == 2
    assert time.monotonic() - begun >= 0.3


def test_a_429_on_the_first_page_is_told_at_once(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "429:30"
    with pytest.raises(TooFast) as caught:
        everything(connection)
    assert caught.value.retry_after == 30
    assert len(simulator.list_calls) == 1


@pytest.mark.parametrize("code", ["502", "cut", "close"])
def test_a_failure_that_passes_is_not_noticed(
    connection: Connection, simulator: Simulator, code: str
) -> None:
    simulator.fault = Fault(code, after=3, times=1)
    assert everything(connection).total == 85


def test_above_the_cap_a_page_of_isales_own_is_shown(
    connection: Connection, simulator: Simulator, settings: Settings
) -> None:
    settings.APPOINTS_MOST_ROWS = 50
    connection.page_limit = 25
    connection.save()
    result = everything(connection, page=2, per_page=25)
    assert (result.mode, result.total) == ("browsing", 85)
    ids = [record["appoint_id"] for record in result.page(2, 25)]
    assert ids == [row["appointId"] for row in simulator.rows()[25:50]]
    calls = len(simulator.list_calls)
    everything(connection, page=3, per_page=25)
    assert len(simulator.list_calls) == calls + 1


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ({"states": ("overdue",)}, ["state"]),
        ({"sort": "-agent", "text": "x"}, ["q", "sort"]),
        ({"late": True, "causes": ("00604",)}, ["late", "cause"]),
    ],
)
def test_above_the_cap_what_needs_every_row_is_refused_by_name(
    connection: Connection, settings: Settings, parts: dict[str, object], names: list[str]
) -> None:
    settings.APPOINTS_MOST_ROWS = 50
    with pytest.raises(NeedsWhole) as refused:
        everything(connection, **parts)
    assert refused.value.names == names


def test_above_the_cap_a_page_that_no_call_fills_is_refused(
    connection: Connection, settings: Settings
) -> None:
    settings.APPOINTS_MOST_ROWS = 50
    with pytest.raises(TooLong) as refused:
        everything(connection, per_page=100)
    assert refused.value.most == PAGE


def test_a_server_that_says_too_little_is_still_held_to_the_cap(
    connection: Connection, simulator: Simulator, settings: Settings
) -> None:
    """The total may be that of the page (isales-api.md section 1)."""
    settings.APPOINTS_MOST_ROWS = 50
    page = simulator.listing.page
    simulator.listing.page = lambda body, *rest: {**page(body, *rest), "totalCount": PAGE}
    assert everything(connection).mode == "browsing"


def test_a_total_of_the_page_alone_is_asked_past(
    connection: Connection, simulator: Simulator
) -> None:
    page = simulator.listing.page

    def of_the_page(body: object, *rest: object) -> dict[str, object]:
        found = page(body, *rest)
        return {**found, "totalCount": len(found["data"])}

    simulator.listing.page = of_the_page
    result = everything(connection)
    assert result.total == 85
    assert not result.is_settled


def test_a_range_that_isales_refuses_says_so(connection: Connection, simulator: Simulator) -> None:
    simulator.listing.source = [raw(0)]
    simulator.fault = "code:0200011"
    with pytest.raises(Refused, match="range is too long"):
        everything(connection)


def test_a_defect_amid_a_load_is_told_and_does_not_keep_pages_waiting(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(fetcher, "pages", defect)
    begun = time.monotonic()
    with pytest.raises(InternalError):
        ask(connection, Query(), EVER, UTC, whole(connection), wait=60)
    assert time.monotonic() - begun < 30


def test_the_first_401_amid_a_load_ends_the_work_of_every_other_thread(
    connection: Connection, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(Queue):  # type: ignore[type-arg]
        """Whoever waits for the pages hears of a failure late."""

        def put(self, item: object, *args: object, **kwargs: object) -> None:
            if isinstance(item, NotAuthorised):
                time.sleep(0.5)
            super().put(item)

    answer = simulator.answer

    def slow_afterwards(address: str, request: Signable) -> Answer:
        """Give a busy machine time to take in the refusal, before other pages come."""
        if any(call.status == 401 for call in simulator.calls):
            time.sleep(0.3)
        return answer(address, request)

    monkeypatch.setattr(page_queue, "Queue", Slow)
    monkeypatch.setattr(simulator, "answer", slow_afterwards)
    simulator.fault = Fault("401", after=2, times=1)
    with pytest.raises(NotAuthorised):
        list(fetcher.pages(connection, Criteria(), PAGE, range(PAGE, 41 * PAGE, PAGE)))
    # What each thread had under way when the answer came, and what it began on the way back.
    assert len(simulator.list_calls) <= 2 + 2 * connection.max_concurrency
