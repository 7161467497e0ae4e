"""The list call, as the simulator serves it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.isales.secret import Secret
from appoints.isales.signing import AkskAuth, SigningOptions
from appoints.isales.simulator import Options, Simulator

NOW = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)  # half past noon in the centre
MOMENT = int(NOW.timestamp() * 1000)
DAY = 86_400_000
ROOT = "/rest/isales/v1/openapi/campaigns/1"
LIST = ROOT + "/appoint/list"


class Line:
    """A signed line to a simulator."""

    def __init__(self, simulator: Simulator) -> None:
        auth = AkskAuth("AK", Secret("SK"), SigningOptions(), lambda: NOW)
        self.http = httpx.Client(base_url=simulator.base_url, auth=auth, trust_env=False)

    def list(self, **body: Any) -> dict[str, Any]:
        response = self.http.post(LIST, json={"offset": 0, "limit": 100, **body})
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        return answer

    def all(self, **body: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            answer = self.list(offset=len(found), **body)
            found += answer["data"]
            if len(found) >= answer["totalCount"]:
                return found

    def get(self, path: str, **headers: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get(ROOT + path, headers=headers).json()
        return answer


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(Options(rows=500, now=lambda: NOW)).running() as running:
        yield running


@pytest.fixture(scope="module")
def line(simulator: Simulator) -> Line:
    return Line(simulator)


def test_all_pages_together_are_all_rows_in_order(simulator: Simulator, line: Line) -> None:
    assert line.all() == simulator.rows()
    assert line.list(offset=100, limit=50)["data"] == simulator.rows()[100:150]


def test_an_answer_carries_both_codes_and_the_total_of_all_that_match(line: Line) -> None:
    answer = line.list(limit=10)
    words = {"returnCode": "0200000", "resultCode": "0200000"}
    words |= {"returnDesc": "success", "resultDesc": "success"}
    assert {key: value for key, value in answer.items() if key != "data"} == {
        **words,
        "totalCount": 500,
    }
    assert len(answer["data"]) == 10


def test_a_page_past_the_end_is_empty(line: Line) -> None:
    answer = line.list(offset=500)
    assert (answer["data"], answer["totalCount"]) == ([], 500)


def test_the_order_is_not_that_of_the_reserved_times(simulator: Simulator) -> None:
    times = [row["appointTime"] for row in simulator.rows() if type(row.get("appointTime")) is int]
    assert times != sorted(times)
    assert times != sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "from 1 to 100"),
        ({"limit": "10"}, "integers"),
        ({"limit": True}, "integers"),
        ({"limit": None}, "integers"),
        ({"offset": 50}, "offset"),
        ({"offset": -100}, "offset"),
        ({"offset": 0.0}, "integers"),
        ({"taskId": 1106025101}, "taskId"),
        ({"calledNo": ["1"]}, "calledNo"),
        ({"userAccountList": "101"}, "userAccountList"),
        ({"userAccountList": [101]}, "userAccountList"),
    ],
)
def test_a_parameter_that_is_not_as_documented_is_refused_and_named(
    line: Line, body: dict[str, Any], reason: str
) -> None:
    answer = line.list(**body)
    assert (answer["resultCode"], answer["returnCode"]) == ("0200001", "0200001")
    assert reason in answer["resultDesc"]
    assert "data" not in answer


@pytest.mark.parametrize(
    ("times", "code"),
    [
        ({"beginTime": MOMENT}, "0200008"),
        ({"endTime": MOMENT}, "0200008"),
        ({"beginTime": str(MOMENT), "endTime": MOMENT + 1}, "0200009"),
        ({"beginTime": MOMENT, "endTime": MOMENT + 0.5}, "0200009"),
        ({"beginTime": MOMENT, "endTime": MOMENT}, "0200010"),
        ({"beginTime": MOMENT + 1, "endTime": MOMENT}, "0200010"),
    ],
)
def test_a_range_that_is_none_is_refused(line: Line, times: dict[str, Any], code: str) -> None:
    assert line.list(**times)["resultCode"] == code


def at(row: dict[str, Any], field: str) -> int | None:
    value = row.get(field)
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if type(value) is int else None


@given(
    st.integers(-31 * DAY, 15 * DAY),
    st.integers(1, 20 * DAY),
    st.sampled_from([None, "1106025101", "1106025104", "1106025109", "nothing"]),
    st.lists(st.integers(101, 126), max_size=4),
)
def test_filters_find_what_a_plain_reading_of_the_rows_finds(
    simulator: Simulator, line: Line, begin: int, span: int, task: str | None, agents: list[int]
) -> None:
    begin += MOMENT
    accounts = [str(agent) for agent in agents]
    shown = {*accounts, *(str(agent + 879_900) for agent in agents)}
    body: dict[str, Any] = {"beginTime": begin, "endTime": begin + span}
    body |= {"userAccountList": accounts} if accounts else {}
    body |= {"taskId": task} if task else {}
    wanted = [
        row
        for row in simulator.rows()
        if (reserved := at(row, "appointTime")) is not None
        and begin <= reserved <= begin + span
        and (not task or row.get("taskId") == task)
        and (not accounts or str(row.get("userAccount")) in shown)
    ]
    assert line.all(**body) == wanted


def test_a_number_is_found_exactly(simulator: Simulator, line: Line) -> None:
    number = simulator.rows()[100]["calledNo"]
    wanted = [row for row in simulator.rows() if row.get("calledNo") == number]
    assert line.all(calledNo=number) == wanted
    assert line.all(calledNo=number[:-1]) == []


@pytest.mark.parametrize(
    ("account", "agent_id", "shown"), [("103", "880003", "103"), ("106", "880006", "880006")]
)
def test_an_agent_is_found_by_account_and_by_id(
    line: Line, account: str, agent_id: str, shown: str
) -> None:
    by_account, by_id = (line.all(userAccountList=[name]) for name in (account, agent_id))
    assert by_account == by_id
    assert {row["userAccount"] for row in by_id} == {shown}


def row(number: int, reserved: int, created: int) -> dict[str, Any]:
    return {"appointId": str(number), "appointTime": reserved, "createTime": created}


@pytest.mark.parametrize(
    ("field", "ends", "found"),
    [
        ("appointTime", "inclusive", ["1", "2", "3"]),
        ("appointTime", "exclusive-end", ["1", "2"]),
        ("appointTime", "exclusive", ["2"]),
        ("createTime", "inclusive", ["3", "4"]),
        ("createTime", "exclusive-end", ["4"]),
    ],
)
def test_a_range_filters_the_field_and_ends_that_were_set(
    field: str, ends: str, found: list[str]
) -> None:
    rows = [row(1, 100, 50), row(2, 150, 60), row(3, 200, 200), row(4, 201, 150)]
    kind: dict[str, Any] = {"range_field": field, "range_ends": ends, "now": lambda: NOW}
    with Simulator(Options(data=rows, **kind)).running() as simulator:
        answer = Line(simulator).list(beginTime=100, endTime=200)
    assert [each["appointId"] for each in answer["data"]] == found


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_is_a_bad_request(line: Line, body: bytes) -> None:
    assert line.http.post(LIST, content=body).status_code == 400


@pytest.mark.parametrize("path", [LIST.replace("/1/", "/2/"), ROOT + "/appoint", "/", ROOT + "0"])
def test_another_path_is_a_bad_request(line: Line, path: str) -> None:
    response = line.http.get(path)
    assert (response.status_code, response.json()["error"]) == (400, 400)


def test_calls_are_remembered_with_what_they_asked() -> None:
    with Simulator(Options(rows=20, now=lambda: NOW)).running() as simulator:
        line = Line(simulator)
        line.list(limit=5)
        line.get("/queryBusinessResults")
        first, second = simulator.calls
    assert first == (NOW, "POST", LIST, 200, {"offset": 0, "limit": 5})
    assert second[1:] == ("GET", ROOT + "/queryBusinessResults", 200, None)
    assert simulator.list_calls == [first]


def test_one_line_carries_many_calls(line: Line, simulator: Simulator) -> None:
    before = len(simulator.list_calls)
    with line.http.stream("POST", LIST, json={"offset": 0, "limit": 1}) as response:
        first = response.extensions["network_stream"].get_extra_info("client_addr")
        response.read()
    with line.http.stream("POST", LIST, json={"offset": 0, "limit": 1}) as response:
        again = response.extensions["network_stream"].get_extra_info("client_addr")
    assert first == again
    assert len(simulator.list_calls) == before + 2
