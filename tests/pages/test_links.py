"""Every count leads to just the rows that it counts, whatever these hold."""

from __future__ import annotations

import html
import re
import time
from typing import Any

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.display.texts import visible
from appoints.isales.simulator import Simulator

LIST = "/appoints/"
ODD = [
    "john smith",
    "john",
    "smith",
    "a,b",
    "a;b",
    '"',
    '"a" b',
    "50%",
    "a+b",
    "a\nb",
    "none",
    None,
]
COUNT = re.compile(
    r'<a href="([^"]+)"[^>]*>(?:(?!</a>).)*<span class="count">([\d,]+)</span>\s*</a>', re.DOTALL
)
BAR = re.compile(r'<tr>\s*<th scope="row"[^>]*>\s*<a href="([^"]+)"[^>]*>.*?</tr>', re.DOTALL)
NUMBER = re.compile(r"<td>(?:<a [^>]*>)?([\d,]+)")


def raw(number: int, value: str | None) -> dict[str, Any]:
    """A call of a few minutes ago: overdue, failed with a code and failed without one, in turn."""
    ended = [{}, {"failCode": value or "00604"}, {"result": "0101"}][number % 3]
    return {
        "appointId": str(number),
        "appointTime": round(time.time() * 1000) - number * 60_000,
        "calledNo": value,
        "userAccount": value,
        "taskId": value,
        "callType": "1" if value else None,
        **ended,
    }


@pytest.fixture
def page(signed_in: Client, connection: Connection, simulator: Simulator) -> str:
    """The list of calls of which each odd value has four, but the last three."""
    simulator.listing.source = [
        raw(number, value) for number, value in enumerate(ODD * 3 + ODD[:9])
    ]
    return html.unescape(signed_in.get(LIST).content.decode())


def total(page: str) -> int:
    found = re.search(r"of <strong>([\d,]+)", page)
    return int(found[1]) if found else 0


def opened(client: Client, address: str) -> int:
    return total(client.get(LIST + "?" + address.partition("?")[2]).content.decode())


@pytest.mark.parametrize("menu", ["task", "causes", "cause_groups", "call_type"])
def test_every_choice_opens_the_rows_that_it_counts(
    signed_in: Client, page: str, menu: str
) -> None:
    whole = signed_in.get(f"/choices/{menu}/").content.decode()
    found = COUNT.findall(html.unescape(whole))
    assert len(found) > 1 and "without=" in found[-1][0]
    for address, rows in found:
        assert (address, opened(signed_in, address)) == (address, int(rows))


def test_every_agent_is_ticked_as_a_list_has_it(signed_in: Client, page: str) -> None:
    whole = signed_in.get("/choices/agents/").content.decode()
    found = re.compile(r'name="agent" value="([^"]*)".*?<span class="count">(\d+)', re.DOTALL)
    boxes = found.findall(whole)
    assert len(boxes) == len(ODD) - 1
    for value, rows in boxes:
        sent = signed_in.post(LIST, {"agent": [html.unescape(value), ""]})
        assert (value, opened(signed_in, sent["Location"])) == (value, int(rows))
    [(address, rows)] = COUNT.findall(whole)
    assert opened(signed_in, html.unescape(address)) == int(rows)


@pytest.mark.parametrize("chart", ["behind", "causes"])
def test_every_bar_opens_the_rows_that_it_counts(signed_in: Client, page: str, chart: str) -> None:
    part = page.partition(f"ranking-{chart}")[2].partition("</section>")[0]
    bars = [(line[1], NUMBER.findall(line[0])) for line in BAR.finditer(part)]
    assert len(bars) > 4 and any("without=" in address for address, _ in bars)
    for address, numbers in bars:
        assert (address, opened(signed_in, address)) == (address, sum(map(int, numbers)))


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_rows_without_one_are_in_a_file_too(signed_in: Client, page: str, suffix: str) -> None:
    for name in ("agent", "number", "task", "call_type"):
        asked = {"without": name}
        response = signed_in.get(f"{LIST}export.{suffix}", asked)
        assert response["X-Total-Count"] == "3"
        asked["agent"] = "john"
        both = signed_in.get(f"{LIST}export.{suffix}", asked)
        assert both["X-Total-Count"] == ("7" if name == "agent" else "0")


def test_without_is_a_chip_and_stays_in_the_form(signed_in: Client, page: str) -> None:
    page = signed_in.get(LIST, {"without": "task", "late": "1"}).content.decode()
    assert "without a task" in page
    assert re.search(r'name="without" value="task"[^>]* checked', page)
    assert 'href="?connection=demo&amp;late=1"' in page


def test_above_the_cap_what_lacks_a_value_cannot_be_asked_for(
    signed_in: Client, page: str, settings: Any, connection: Connection
) -> None:
    settings.APPOINTS_MOST_ROWS = 10
    connection.snapshots.all().delete()
    response = signed_in.get(LIST, {"without": "agent"})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "appoint_id",
    ["a\nb", "..", ".", "../..", "a/b", "/", "a?b#c", "%2e%2e", "~x", "a b", " ", "\\"],
)
def test_every_id_has_a_page_of_its_own(
    signed_in: Client, connection: Connection, simulator: Simulator, appoint_id: str
) -> None:
    rows = [raw(1, "x"), raw(2, "x") | {"appointId": appoint_id}, raw(3, "x")]
    simulator.listing.source = rows
    listed = html.unescape(signed_in.get(LIST).content.decode())
    address = re.findall(r'<a id="call-[^"]*" href="(/appoints/[^"]*)"', listed)[1]
    page = signed_in.get(address).content.decode()
    assert "2 of 3" in page
    shown = rf'<bdi class="whole id"\s*>{re.escape(visible(appoint_id))}<'
    assert len(re.findall(shown, html.unescape(page))) == 1
    before = re.search(r'href="(/appoints/3/[^"]*)" rel="prev"', page)
    assert before and address in html.unescape(
        signed_in.get(html.unescape(before[1])).content.decode()
    )


def test_an_account_that_was_given_on_is_called_by_its_newest_name(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    names = ["Bo", "Ann", "Ann", "Ann"]  # the first is the newest
    rows = [raw(number, "101") | {"userName": name} for number, name in enumerate(names)]
    simulator.listing.source = rows
    page = signed_in.get(LIST, {"agent": "101"}).content.decode()
    assert "agent Bo" in page and "agent Ann" not in page
    table = page.partition("<tbody>")[2] if "<tbody>" in page else page
    assert table.count("<bdi>Ann</bdi>") >= 3
