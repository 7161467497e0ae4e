"""The neighbours of the list: names of tasks, and words for fail codes."""

from __future__ import annotations

import httpx
import pytest

from appoints.isales.client import MOST_NEIGHBOUR_PAGES, Client
from appoints.isales.errors import UnexpectedAnswer

from .wire import Wire


def test_tasks_are_read_to_the_last_page(wire: Wire, client: Client) -> None:
    def page(*numbers: int) -> httpx.Response:
        rows = [{"campaignId": number, "campaignName": f"Task {number}"} for number in numbers]
        return httpx.Response(200, json={"resultCode": "0200000", "data": rows})

    wire.answers = [page(*range(1, 101)), page(101)]
    tasks = client.tasks(pace=wire.pace, budget=5)
    assert (len(tasks), tasks["101"]) == (101, "Task 101")
    assert [request.url.params["curPage"] for request in wire.asked] == ["1", "2"]


def test_tasks_without_end_are_read_so_far_and_no_further(wire: Wire, client: Client) -> None:
    rows = [{"campaignId": number} for number in range(1, 101)]
    wire.answers = [httpx.Response(200, json={"resultCode": "0200000", "data": rows})]
    assert len(client.tasks(pace=wire.pace, budget=5)) == 100
    assert len(wire.asked) == MOST_NEIGHBOUR_PAGES


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
