"""Rows of which something cannot be read stand on every page and in every file."""

from __future__ import annotations

import csv
import html
import time
from typing import Any

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from tests.screen import Screen, total_of

# At midnight a row of now is not of the next request's day.
pytestmark = pytest.mark.usefixtures("noon_of_a_weekday")

LIST = "/appoints/"
ODD: list[object] = [None, 1_747_302_523, "2025-05-15T09:48:43Z", {"at": 1}]


def raw(number: int, **changes: Any) -> dict[str, Any]:
    now = round(time.time() * 1000)
    return {"appointId": str(number), "appointTime": now, "calledNo": f"1390{number}", **changes}


@pytest.fixture
def odd(connection: Connection, simulator: Simulator) -> Simulator:
    """An iSales that sends ten good rows of today, odd ones, and an item that is no row."""
    rows = [raw(number) for number in range(10)]
    rows += [raw(90 + number, appointTime=at) for number, at in enumerate(ODD)]
    simulator.listing.source = [*rows, "no row at all"]
    simulator.fault = "unfiltered"
    return simulator


def test_they_are_counted_and_shown_as_sent(signed_in: Client, odd: Simulator) -> None:
    page = signed_in.get(LIST, {"preset": "today"})
    assert total_of(page) == 15
    assert Screen(page).texts(".tile-unknown strong") == ["5"]
    for sent in ("1747302523", "2025-05-15T09:48:43Z", "{'at': 1}", "no row at all"):
        assert sent in html.unescape(page.content.decode())
    assert total_of(signed_in.get(LIST, {"preset": "today", "state": "unknown"})) == 5


def test_they_are_in_the_files(signed_in: Client, odd: Simulator) -> None:
    response = signed_in.get(f"{LIST}export.csv", {"preset": "today"})
    assert response["X-Total-Count"] == "15"
    rows = list(csv.DictReader(response.content.decode().splitlines()))
    assert [row["state"] for row in rows].count("unknown") == 5
    assert signed_in.get(f"{LIST}export.json", {"preset": "today"}).json()["total"] == 15


def test_their_details_open(signed_in: Client, odd: Simulator) -> None:
    for number in range(len(ODD)):
        response = signed_in.get(f"{LIST}{90 + number}/", {"preset": "today"})
        assert response.status_code == 200


def test_where_all_are_so_there_is_no_word_of_none(signed_in: Client, odd: Simulator) -> None:
    odd.listing.source = [raw(1, appointTime=None)]
    page = signed_in.get(LIST, {"preset": "today"}).content.decode()
    assert "of <strong>1</strong>" in page
    assert "iSales has no reserved call" not in page


def test_rows_of_another_time_are_left_out_and_said_to_be(
    signed_in: Client, odd: Simulator
) -> None:
    odd.listing.source = [raw(1), raw(2, appointTime=1_747_302_523_000)]
    page = signed_in.get(LIST, {"preset": "today"}).content.decode()
    assert "of <strong>1</strong>" in page
    assert "1 of them is not of the time, number or task asked for" in page
    refused = signed_in.get(f"{LIST}export.csv", {"preset": "today"})
    assert refused.status_code == 502
    assert "1 of them is not of the time" in refused.content.decode()
    part = signed_in.get(f"{LIST}export.csv", {"preset": "today", "partial": "1"})
    assert "PARTIAL_1-of-2-rows" in part["Content-Disposition"]
