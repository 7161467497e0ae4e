"""Pages of one answer belong together, whatever becomes of the rows meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from appoints.connections import lookups
from appoints.connections.models import Connection, Lookup
from appoints.results.cache import CACHE
from appoints.snapshots import store
from appoints.snapshots.models import Snapshot
from dashboard.accounts.models import User
from tests.factories import MINUTE, NOON, at_hand, browser_of, raw
from tests.results.moving_centre import MovingCentre

ROWS = "/api/v1/appoints/"


def read(reader: Client, address: str) -> Iterator[dict[str, Any]]:
    """Yield the pages of an answer, each found by the link of the one before."""
    while address:
        response = reader.get(address)
        assert response.status_code == 200, response.content
        yield response.json()
        link = re.fullmatch(r'<http://testserver(.*)>; rel="next"', response.get("Link", ""))
        address = link[1] if link else ""


def rows(reader: Client, address: str) -> list[dict[str, Any]]:
    return [row for page in read(reader, address) for row in page["rows"]]


@pytest.fixture
def replace(connection: Connection, settings: Settings) -> Any:
    """Let the rows that are at hand be replaced by newer ones."""

    def replaced(data: list[dict[str, Any]]) -> None:
        kept, settings.APPOINTS_FRESH_FOR = settings.APPOINTS_FRESH_FOR, timedelta(0)
        at_hand(connection, data)
        settings.APPOINTS_FRESH_FOR = kept

    return replaced


def test_following_the_links_reads_every_row_once(reader: Client, supervisor: User) -> None:
    query = "sort=-agent&per_page=7"
    found = rows(reader, f"{ROWS}?{query}")
    file = json.loads(browser_of(supervisor).get("/appoints/export.json?sort=-agent").getvalue())
    assert found == file["rows"] and len(found) == 30


def test_ten_thousand_rows_in_pages_are_those_of_the_file(
    reader: Client, supervisor: User, replace: Any
) -> None:
    replace([raw(number, appointTime=None) for number in range(10_000)])
    pages = list(read(reader, f"{ROWS}?per_page=1000"))
    file = json.loads(browser_of(supervisor).get("/appoints/export.json").getvalue())
    assert [row for page in pages for row in page["rows"]] == file["rows"]
    assert [page["page"] for page in pages] == list(range(1, 11))
    assert len(file["rows"]) == 10_000


def test_the_next_page_belongs_to_the_first_though_newer_rows_came(
    reader: Client, replace: Any
) -> None:
    pages = read(reader, f"{ROWS}?per_page=20")
    first = next(pages)
    replace([raw(number) for number in range(5)])
    second = next(pages)
    assert (second["total"], second["as_of"], second["page"]) == (30, first["as_of"], 2)
    assert len(second["rows"]) == 10
    assert reader.get(ROWS).json()["total"] == 5


def test_as_of_pins_a_page_that_is_asked_for_by_its_number(reader: Client, replace: Any) -> None:
    as_of = reader.get(f"{ROWS}?per_page=20").json()["as_of"]
    replace([])
    for sent in (as_of, as_of.replace("+", " ")):
        pinned = reader.get(f"{ROWS}?{urlencode({'as_of': sent, 'per_page': 20, 'page': 2})}")
        assert (pinned.status_code, len(pinned.json()["rows"])) == (200, 10)


def test_every_page_has_the_words_that_isales_has_for_its_codes(
    reader: Client, connection: Connection, replace: Any
) -> None:
    lookup = Lookup.of(connection, lookups.WORDS)
    lookup.not_offered = False
    lookup.keep("en_US", {"98765": "caught", "98764": "stuck"}, lookups.FRESH_FOR)
    replace([raw(number, failCode=("98765", "98764")[number % 2]) for number in range(4)])
    found = [row["fail_reason"] for row in rows(reader, f"{ROWS}?sort=fail_reason&per_page=1")]
    assert found == ["caught", "caught", "stuck", "stuck"]


def test_rows_that_are_no_longer_stored_are_gone(reader: Client, replace: Any) -> None:
    pages = read(reader, f"{ROWS}?per_page=20")
    as_of = next(pages)["as_of"]
    Snapshot.objects.all().delete()
    replace([raw(number) for number in range(30)])
    response = reader.get(f"{ROWS}?{urlencode({'as_of': as_of})}")
    assert (response.status_code, response.json()["error"]["code"]) == (410, "gone")
    assert "Begin again with the first page" in response.json()["error"]["message"]


def test_rows_that_nobody_pages_through_are_dropped_for_newer_ones(
    reader: Client, replace: Any
) -> None:
    reader.get(f"{ROWS}?per_page=20")
    with time_machine.travel(timezone.now() + store.PINNED + timedelta(seconds=1)):
        replace([])
    assert Snapshot.objects.count() == 1


def pin(reader: Client, query: str) -> tuple[int, int]:
    """Read a first page, and what is pinned to it three minutes later."""
    with time_machine.travel(NOON, tick=False) as clock:
        Snapshot.objects.update(as_of=NOON)
        as_of = reader.get(f"{ROWS}?{query}").json()["as_of"]
        assert datetime.fromisoformat(as_of) == NOON
        clock.shift(timedelta(minutes=3))
        response = reader.get(f"{ROWS}?{query}&{urlencode({'as_of': as_of})}")
        return response.status_code, response.json().get("total", 0)


# Every row is reserved so many minutes after noon.
def test_a_range_that_moves_is_pinned_as_long_as_it_moves_over_no_row(
    reader: Client, replace: Any
) -> None:
    with time_machine.travel(NOON):
        replace([raw(number) for number in (-5, 10, 30)])
    assert pin(reader, "preset=next-15m") == (200, 1)
    assert pin(reader, "preset=overdue") == (200, 1)


def test_a_range_that_has_moved_over_a_row_is_gone(reader: Client, replace: Any) -> None:
    with time_machine.travel(NOON):
        replace([raw(number) for number in (1, 10, 30)])
    assert pin(reader, "preset=next-15m") == (410, 0)
    assert pin(reader, "preset=today") == (200, 3)


def test_the_links_go_on_though_the_range_has_moved(reader: Client, replace: Any) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        replace([raw(number) for number in range(30)])
        pages = read(reader, f"{ROWS}?preset=next-15m&per_page=5")
        found = next(pages)["rows"]
        for page in pages:
            found += page["rows"]
            clock.shift(timedelta(minutes=1))
    assert [int(row["appoint_id"]) for row in found] == list(range(15))


def test_the_links_of_a_preset_ask_for_its_states_too(reader: Client, replace: Any) -> None:
    with time_machine.travel(NOON, tick=False):
        replace([raw(-number, failCode=(None, "00604")[number % 2]) for number in range(1, 21)])
        assert len(rows(reader, f"{ROWS}?preset=overdue&per_page=4")) == 10


def test_answers_whose_oldest_day_is_the_same_are_told_apart(
    reader: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = MovingCentre()
    centre.stand_in(monkeypatch)
    settings.APPOINTS_FRESH_FOR = timedelta(seconds=20)
    Connection.objects.update(page_limit=1)
    CACHE.clear()
    day, address = 24 * 60 * MINUTE, f"{ROWS}?from=2026-06-01&to=2026-06-07&per_page=4"
    with time_machine.travel(NOON, tick=False) as clock:
        now = round(NOON.timestamp() * 1000)
        centre.change(**{name: (now + at * day, "0") for at, name in enumerate("abcdef")})
        first = read(reader, address)
        found = next(first)["rows"]
        clock.shift(timedelta(seconds=30))
        centre.change(a=None)
        second = read(reader, address)
        newer = next(second)["rows"]
        found += next(first)["rows"]
        newer += next(second)["rows"]
    assert [row["appoint_id"] for row in found] == list("abcdef")
    assert [row["appoint_id"] for row in newer] == list("bcdef")
