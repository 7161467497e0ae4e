"""Every count leads to just the rows that it counts, whatever these hold."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.display.texts import visible
from appoints.isales.simulator import Simulator
from tests.screen import Screen, address_of, number_of, words_of

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
def page(signed_in: Client, connection: Connection, simulator: Simulator) -> Screen:
    """The list of calls of which each odd value has four, but the last three."""
    simulator.listing.source = [
        raw(number, value) for number, value in enumerate(ODD * 3 + ODD[:9])
    ]
    return Screen(signed_in.get(LIST))


def counted(page: Screen) -> list[tuple[str, int]]:
    """Return the links that have a count, and the counts."""
    links = [link for link in page.all("a[href]") if link.css_first(".count")]
    return [(address_of(link), number_of(link.css_first(".count").text())) for link in links]


def opened(client: Client, address: str) -> int:
    """Return the rows that an address opens, by the file of its page, which is quicker."""
    response = client.get(f"{LIST}export.json?{address.partition('?')[2]}")
    assert response.status_code == 200, (address, response.content)
    return int(response["X-Total-Count"])


@pytest.mark.parametrize("menu", ["task", "causes", "cause_groups", "call_type"])
def test_every_choice_opens_the_rows_that_it_counts(
    signed_in: Client, page: Screen, menu: str
) -> None:
    found = counted(Screen(signed_in.get(f"/choices/{menu}/")))
    assert len(found) > 1 and "without=" in found[-1][0]
    for address, rows in found:
        assert (address, opened(signed_in, address)) == (address, rows)


def test_every_agent_is_ticked_as_a_list_has_it(signed_in: Client, page: Screen) -> None:
    whole = Screen(signed_in.get("/choices/agents/"))
    boxes = whole.values("[type=checkbox][name=agent]", "value")
    counts = [number_of(each) for each in whole.texts("label .count")]
    assert len(boxes) == len(ODD) - 1
    for value, rows in zip(boxes, counts, strict=True):
        sent = signed_in.post(LIST, {"agent": [value, ""]})
        assert (value, opened(signed_in, sent["Location"])) == (value, rows)
    [(address, rows)] = counted(whole)
    assert opened(signed_in, address) == rows


@pytest.mark.parametrize("chart", ["agents", "causes"])
def test_every_bar_opens_the_rows_that_it_counts(
    signed_in: Client, page: Screen, chart: str
) -> None:
    lines = [line for line in page.all(f".ranking-{chart} tr") if line.css_first("th a")]
    bars = [(address_of(line.css_first("th a")), line.css("td")) for line in lines]
    assert len(bars) > 4 and any("without=" in address for address, _ in bars)
    for address, cells in bars:
        rows = sum(number_of(words_of(cell)) for cell in cells if words_of(cell))
        assert (address, opened(signed_in, address)) == (address, rows)


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_rows_without_one_are_in_a_file_too(signed_in: Client, page: Screen, suffix: str) -> None:
    for name in ("agent", "number", "task", "call_type"):
        asked = {"without": name}
        response = signed_in.get(f"{LIST}export.{suffix}", asked)
        assert response["X-Total-Count"] == "3"
        asked["agent"] = "john"
        both = signed_in.get(f"{LIST}export.{suffix}", asked)
        assert both["X-Total-Count"] == ("7" if name == "agent" else "0")


def test_calls_without_a_reserved_time_open_from_their_count(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    odd = [raw(number, "x") | {"appointTime": time} for number, time in enumerate([None, "noon"])]
    simulator.listing.source = [*odd, raw(3, "x")]
    page = Screen(signed_in.get(LIST))
    [link] = page.all(".histogram header a")
    assert words_of(link) == "2 without a reserved time"
    assert opened(signed_in, address_of(link)) == 2
    address = f"{LIST}export.csv?{address_of(link).partition('?')[2]}"
    assert signed_in.get(address)["X-Total-Count"] == "2"


def test_without_is_a_chip_and_stays_in_the_form(signed_in: Client, page: Screen) -> None:
    page = Screen(signed_in.get(LIST, {"without": "task", "late": "1"}))
    assert "without a task" in page.text
    assert "task" in page.values("[name=without][checked]", "value")
    assert "?connection=demo&late=1" in page.links("a")


def test_above_the_cap_what_lacks_a_value_cannot_be_asked_for(
    signed_in: Client, page: Screen, settings: Any, connection: Connection
) -> None:
    settings.APPOINTS_MOST_ROWS = 10
    connection.snapshots.all().delete()
    response = signed_in.get(LIST, {"without": "agent"})
    assert response.status_code == 400


IDS = ["a\nb", "..", ".", "../..", "a/b", "/", "a?b#c", "%2e%2e", "~x", "a b", " ", "\\"]


def test_every_id_has_a_page_of_its_own(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    ids = ["first", *IDS, "last"]
    rows = [raw(number, "x") | {"appointId": each} for number, each in enumerate(reversed(ids))]
    simulator.listing.source = rows
    addresses = Screen(signed_in.get(LIST)).links("a[id^=call-]")
    pages = [Screen(signed_in.get(each)) for each in addresses]
    for place, (appoint_id, page) in enumerate(zip(ids, pages, strict=True)):
        assert f"{place + 1} of {len(ids)}" in page.text
        assert [each.text() for each in page.all(".id")].count(visible(appoint_id)) == 1
    before = [link for page in pages[1:] for link in page.links("[rel=prev]")]
    after = [link for page in pages[:-1] for link in page.links("[rel=next]")]
    assert (before, after) == (addresses[:-1], addresses[1:])


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


@pytest.mark.parametrize("length", [101, 501])
def test_what_is_too_long_to_be_asked_for_is_counted_without_a_link(
    signed_in: Client, connection: Connection, simulator: Simulator, length: int
) -> None:
    long = "x" * length
    simulator.listing.source = [raw(number, long) for number in range(3)]
    parts = [
        (Screen(signed_in.get(LIST)), ".ranking a[href]"),
        (
            Screen(signed_in.get(f"{LIST}0/", {"from": "2020-01-01"})),
            ".others a[href^='/appoints/?']",
        ),
        (Screen(signed_in.get(LIST, {"number": "9" * length})), ".empty-state a[href]"),
    ]
    links = {link for part, where in parts for link in part.links(where)}
    assert len(links) > 1
    assert any(f"number={long}" in link for link in links) is (length <= 500)
    for link in links:
        assert (link, signed_in.get(LIST + "?" + link.partition("?")[2]).status_code) == (link, 200)
    assert long in parts[0][0].text
