"""What the simulator can be told to do wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.isales.secret import Secret
from appoints.isales.signing import AkskAuth, SigningOptions
from appoints.isales.simulator import Fault, Options, Simulator, faults

ROOT = "/rest/isales/v1/openapi/campaigns/1"
LOOKUP = ROOT + "/queryBusinessResults"
ROWS = [{"appointId": str(number)} for number in range(40)]
HERE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    with Simulator(Options(data=ROWS)).running() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def line(running: Simulator) -> httpx.Client:
    auth = AkskAuth("AK", Secret("SK"), SigningOptions())
    return httpx.Client(base_url=running.base_url, auth=auth, trust_env=False, timeout=30)


@pytest.fixture
def simulator(running: Simulator) -> Iterator[Simulator]:
    yield running
    running.fault = None


def ask(line: httpx.Client, offset: int = 0, limit: int = 10) -> httpx.Response:
    return line.post(ROOT + "/appoint/list", json={"offset": offset, "limit": limit})


def ids(response: httpx.Response) -> list[int]:
    return [int(row["appointId"]) for row in response.json()["data"]]


@pytest.mark.parametrize("status", [401, 403, 418, 429, 500, 502, 503])
def test_a_status_comes_with_json(simulator: Simulator, line: httpx.Client, status: int) -> None:
    simulator.fault = str(status)
    response = ask(line)
    assert (response.status_code, response.json()["error"]) == (status, status)


def test_a_refusal_is_a_success_of_http(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = "code:0200006"
    response = ask(line)
    assert response.status_code == 200
    assert (response.json()["resultCode"], response.json()["returnCode"]) == ("0200006",) * 2


def test_who_is_too_fast_is_told_how_long_to_wait(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = "429:7"
    assert ask(line).headers["retry-after"] == "7"


def test_a_page_of_a_gateway_is_html(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = "html"
    response = ask(line)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html")
    assert response.text.startswith("<!doctype html>")


def test_a_cut_answer_is_shorter_than_it_said(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = "cut"
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        ask(line)


def test_cut_json_is_whole_for_http(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = "cut-json"
    response = ask(line)
    assert response.status_code == 200
    with pytest.raises(ValueError, match="delimiter|Unterminated|Expecting"):
        response.json()


@pytest.mark.parametrize(("fault", "missing"), [("no-data", "data"), ("no-total", "totalCount")])
def test_a_part_of_the_answer_is_missing(
    simulator: Simulator, line: httpx.Client, fault: str, missing: str
) -> None:
    simulator.fault = fault
    assert {"data", "totalCount", "resultCode"} - set(ask(line).json()) == {missing}


def test_a_server_that_hangs_never_answers(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = "hang"
    with pytest.raises(httpx.ReadTimeout):
        line.post(ROOT + "/appoint/list", json={"offset": 0, "limit": 10}, timeout=0.3)


def test_a_server_that_closes_says_nothing(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = "close"
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        ask(line)


def test_a_wrong_total_is_three_too_many(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = "wrong-total"
    assert [ask(line).json()["totalCount"] for _ in range(2)] == [43, 43]


def test_a_drifting_total_grows(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = "drift"
    assert [ask(line).json()["totalCount"] for _ in range(3)] == [41, 42, 43]


def test_overlapping_pages_are_right_when_asked_again(
    simulator: Simulator, line: httpx.Client
) -> None:
    simulator.fault = "overlap"
    first = [ids(ask(line, offset)) for offset in (0, 10, 20, 30)]
    assert [*chain(*first)] == [*range(10), *range(8, 18), *range(18, 28), *range(28, 38)]
    assert [ids(ask(line, offset)) for offset in (30, 40)] == [[*range(30, 40)], [38, 39]]


def test_pages_overlap_anew_in_the_next_load(
    simulator: Simulator, line: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.fault = "overlap"
    monkeypatch.setattr(faults, "LOAD_ENDS", 0)
    assert [ids(ask(line, 10))[0] for _ in range(2)] == [8, 8]


def test_a_row_vanishes_once_the_first_page_was_read(
    simulator: Simulator, line: httpx.Client
) -> None:
    simulator.fault = "vanish"
    pages = [ask(line, offset) for offset in (0, 10, 20, 30)]
    assert [page.json()["totalCount"] for page in pages] == [40, 39, 39, 39]
    assert [*chain(*map(ids, pages))] == [*range(10), *range(11, 40)]
    assert ids(ask(line)) == [*range(1, 11)]


def test_an_unfiltered_page_has_rows_that_were_not_asked_for(
    simulator: Simulator, line: httpx.Client
) -> None:
    body = {"offset": 0, "limit": 10, "calledNo": "4711"}
    assert line.post(ROOT + "/appoint/list", json=body).json()["totalCount"] == 0
    simulator.fault = "unfiltered"
    assert line.post(ROOT + "/appoint/list", json=body).json()["totalCount"] == 40


@pytest.mark.parametrize("status", [401, 403, 500, 502, 503])
def test_the_host_s_faults_strike_the_lookups_too(
    simulator: Simulator, line: httpx.Client, status: int
) -> None:
    simulator.fault = str(status)
    assert line.get(LOOKUP).status_code == status


@pytest.mark.parametrize("fault", ["code:0200001", "429", "418", "html", "cut", "no-data", "drift"])
def test_the_list_s_own_faults_leave_the_lookups_alone(
    simulator: Simulator, line: httpx.Client, fault: str
) -> None:
    simulator.fault = fault
    assert line.get(LOOKUP).json()["resultCode"] == "0200000"


def test_a_fault_can_begin_later(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = "500@2"
    assert line.get(LOOKUP).status_code == 200
    assert [ask(line).status_code for _ in range(4)] == [200, 200, 500, 500]
    assert line.get(LOOKUP).status_code == 500


def test_a_fault_can_pass(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = Fault("503", after=1, times=2)
    assert [ask(line).status_code for _ in range(4)] == [200, 503, 503, 200]
    assert line.get(LOOKUP).status_code == 200


def test_a_fault_can_be_taken_away(simulator: Simulator, line: httpx.Client) -> None:
    simulator.fault = "500"
    assert (simulator.fault, ask(line).status_code) == ("500", 500)
    simulator.fault = None
    assert (simulator.fault, ask(line).status_code) == (None, 200)


@given(st.text() | st.sampled_from(["500@", "500@x", "code:", "code:x", "429:", "504", "@3"]))
def test_an_unknown_fault_is_told_with_the_known_ones(text: str) -> None:
    if text in {"", *faults.KINDS}:
        return
    with pytest.raises(ValueError, match="known are: none|missing after the @"):
        Fault.parse(text)


def test_list_calls_at_once_are_counted() -> None:
    simulator = Simulator(Options(data=ROWS))
    with ExitStack() as held:
        for listing in (True, True, False):
            held.enter_context(simulator.at_work(listing=listing))
    with simulator.at_work(listing=True):
        pass
    assert simulator.most_at_once == 2
