from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from appoints.connections.models import Connection
from appoints.connections.probe import probe
from appoints.isales.simulator import Options, Simulator
from tests.factories import Answer, answer_with, connection_to

Connect = Callable[[Answer], Connection]
Start = Callable[..., tuple[Simulator, Connection]]
pytestmark = pytest.mark.django_db


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a simulator of some kind, and store a connection to it."""
    with ExitStack() as stack:

        def start(**kind: Any) -> tuple[Simulator, Connection]:
            simulator = Simulator(Options(**{"rows": 500, "seed": 1, **kind}))
            running = stack.enter_context(simulator.running())
            return running, connection_to(running.base_url)

        yield start


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Store a connection whose calls a function answers."""

    def connect(answer: Answer) -> Connection:
        answer_with(answer, monkeypatch)
        return connection_to("https://isales.example")

    return connect


@pytest.mark.parametrize("field", ["appointTime", "createTime"])
@pytest.mark.parametrize("ends", ["inclusive", "exclusive-end", "exclusive"])
def test_the_time_and_the_ends_of_a_range_are_found(start: Start, field: str, ends: str) -> None:
    simulator, connection = start(range_field=field, range_ends=ends)
    verdict = probe(connection)
    connection.refresh_from_db()
    assert verdict.ok
    assert (connection.range_field, connection.range_field_probed) == (field, True)
    assert connection.range_ends == ends
    assert len(simulator.list_calls) <= 8
    assert simulator.most_at_once == 1


@pytest.mark.parametrize(("most", "found"), [(1000, 100), (100, 100), (50, 50)])
def test_the_largest_page_is_found(start: Start, most: int, found: int) -> None:
    _, connection = start(max_limit=most)
    assert f"A page of {found} rows is" in str(probe(connection))
    connection.refresh_from_db()
    assert connection.page_limit == found


def test_more_than_100_rows_are_asked_for_only_where_they_were_before(start: Start) -> None:
    _, connection = start(max_limit=1000)
    Connection.objects.update(page_limit=200)
    connection.refresh_from_db()
    probe(connection)
    connection.refresh_from_db()
    assert connection.page_limit == 200


def test_without_rows_nothing_is_guessed(start: Start) -> None:
    simulator, connection = start(data=[])
    verdict = probe(connection)
    connection.refresh_from_db()
    assert verdict.ok
    assert "No row tells which time a range filters" in str(verdict)
    assert (connection.range_field_probed, connection.range_ends) == (False, "")
    assert len(simulator.list_calls) <= 8


def test_what_was_found_before_a_failure_is_told_with_it(start: Start) -> None:
    simulator, connection = start()
    simulator.fault = "401"
    verdict = probe(connection)
    connection.refresh_from_db()
    assert not verdict.ok
    assert "did not accept our signature" in str(verdict)
    assert connection.resting


def test_a_page_is_called_too_large_only_where_a_parameter_was_refused(start: Start) -> None:
    simulator, connection = start()
    simulator.fault = "code:0200006"
    verdict = probe(connection)
    assert not verdict.ok
    assert "0200006" in str(verdict)
    assert "is not given" not in str(verdict)


ROW = {"appointId": "1", "appointTime": 1_800_000_000_000, "createTime": 1_799_990_000_000}
CALLED = {**ROW, "beginTime": ROW["appointTime"], "endTime": ROW["appointTime"]}


@pytest.mark.parametrize(
    ("row", "narrow", "total", "said"),
    [
        (ROW, [ROW], 1, "the row showed in both ranges"),
        (ROW, [], 0, "the answers do not fit together"),
        (ROW, [], 500, "too many rows share a second"),
        (CALLED, [CALLED], 1, "No row tells"),
        ({**ROW, "createTime": ROW["appointTime"]}, [], 0, "No row tells"),
        ({**ROW, "createTime": None}, [], 0, "No row tells"),
    ],
)
def test_what_answers_leave_open_is_said_and_nothing_stored(
    connect: Connect, row: dict[str, Any], narrow: list[Any], total: int, said: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        wide = asked["endTime"] - asked["beginTime"] > 10_000
        found = {"data": [row], "totalCount": 1} if wide else {"data": narrow, "totalCount": total}
        return httpx.Response(200, json={"resultCode": "0200000", **found})

    connection = connect(answer)
    assert said in str(probe(connection))
    connection.refresh_from_db()
    assert (connection.range_field_probed, connection.range_ends) == (False, "")


def test_pages_that_are_short_at_any_size_leave_the_limit_as_it_was(connect: Connect) -> None:
    page = {"resultCode": "0200000", "data": [ROW], "totalCount": 4}
    connection = connect(lambda request: httpx.Response(200, json=page))
    Connection.objects.update(page_limit=80)
    connection.refresh_from_db()
    assert "1 of 4 came where 50 were asked for" in str(probe(connection))
    connection.refresh_from_db()
    assert connection.page_limit == 80
