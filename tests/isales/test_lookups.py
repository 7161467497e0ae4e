"""The lookups beside the list: names of tasks, and words for fail codes."""

from __future__ import annotations

import httpx
import pytest

from appoints.isales.client import LOOKUP_PAGES, Client
from appoints.isales.errors import UnexpectedAnswer
from tests.isales.wire import Wire


def test_tasks_are_read_to_the_last_page(wire: Wire, client: Client) -> None:
    def page(*numbers: int) -> httpx.Response:
        rows = [{"id": number, "name": f"Task {number}"} for number in numbers]
        return httpx.Response(200, json={"resultCode": "0200000", "data": rows})

    wire.answers = [page(*range(1, 101)), page(101)]
    tasks = client.tasks(pace=wire.pace, budget=5)
    assert (len(tasks), tasks["101"]) == (101, "Task 101")
    assert [request.url.params["curPage"] for request in wire.asked] == ["1", "2"]


def test_tasks_without_end_are_read_so_far_and_no_further(wire: Wire, client: Client) -> None:
    rows = [{"id": number} for number in range(1, 101)]
    wire.answers = [httpx.Response(200, json={"resultCode": "0200000", "data": rows})]
    assert len(client.tasks(pace=wire.pace, budget=5)) == 100
    assert len(wire.asked) == len(LOOKUP_PAGES)


@pytest.mark.parametrize(
    ("row", "named"),
    [
        # The vendor's sample, and what else a platform may send in its place.
        ({"id": 3, "name": "666", "status": 1}, {"3": "666"}),
        ({"id": "3", "name": "666"}, {"3": "666"}),
        ({"id": 0, "name": "first"}, {"0": "first"}),
        ({"id": 3, "name": 666}, {"3": "666"}),
        ({"id": 3, "name": None}, {"3": "3"}),
        ({"id": 3, "name": ""}, {"3": "3"}),
        ({"id": 3, "name": {}}, {"3": "3"}),
        ({"campaignId": 3, "campaignName": "666"}, {"3": "666"}),
        ({"id": 3, "name": "new", "campaignId": 4, "campaignName": "old"}, {"3": "new"}),
        ({"id": None, "campaignId": 4, "name": "", "campaignName": "old"}, {"4": "old"}),
        ({"id": {"3": 4}, "name": "666"}, {}),
        ({"id": True, "name": "666"}, {}),
        ({"name": "666"}, {}),
        (None, {}),
    ],
)
def test_a_task_is_read_by_id_and_name_and_by_their_older_names_failing_those(
    wire: Wire, client: Client, row: object, named: dict[str, str]
) -> None:
    wire.answers = [httpx.Response(200, json={"resultCode": "0200000", "data": [row]})]
    assert client.tasks(pace=wire.pace, budget=5) == named


@pytest.mark.parametrize("changes", [{}, {"data": None}, {"data": {"1": "x"}}])
def test_tasks_that_are_no_list_were_not_agreed(
    wire: Wire, client: Client, changes: dict[str, object]
) -> None:
    wire.answers = [httpx.Response(200, json={"resultCode": "0200000", **changes})]
    with pytest.raises(UnexpectedAnswer, match="has no data"):
        client.tasks(pace=wire.pace, budget=5)


def test_tasks_are_asked_for_as_documented(wire: Wire, client: Client) -> None:
    wire.answers = [httpx.Response(200, json={"resultCode": "0200000", "data": []})]
    assert client.tasks(pace=wire.pace, budget=5) == {}
    (request,) = wire.asked
    assert (request.method, request.content) == ("GET", b"")
    assert str(request.url).endswith("/campaigns/7?status=0&deviceType=0&curPage=1&rowsPerPage=100")


def test_words_for_fail_codes_come_in_the_language_asked_for(wire: Wire, client: Client) -> None:
    rows = [{"obsCode": "00604", "obsCodeDesc": "拒接"}, {"obsCode": "1"}, "odd", {}]
    wire.answers = [httpx.Response(200, json={"resultCode": "0200000", "obsCodes": rows})]
    words = client.fail_words("zh_CN", pace=wire.pace, budget=5)
    assert words == {"00604": "拒接", "1": "1"}
    assert wire.asked[0].headers["locale"] == "zh_CN"
    assert wire.asked[0].content == b""
