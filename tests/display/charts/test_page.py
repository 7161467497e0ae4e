"""The pictures above the list, and their tables."""

from __future__ import annotations

import pytest
from django.http import HttpResponseBase
from django.test import Client
from selectolax.lexbor import LexborNode

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from tests.screen import Screen, address_of, number_of, total_of, words_of

LIST = "/appoints/"
BARS = "a:has(> svg)"


def section(response: HttpResponseBase, name: str) -> LexborNode:
    return Screen(response).one(f"section.chart.{name}")


@pytest.mark.parametrize(("name", "links"), [("causes", BARS), ("agents", "td a")])
def test_each_number_leads_to_as_many_rows_as_it_says(
    signed_in: Client, connection: Connection, name: str, links: str
) -> None:
    response = signed_in.get(LIST, {"call_type": "1"})
    found = section(response, f"ranking-{name}").css(links)
    assert len(found) > 3
    for link in found[:4]:
        narrowed = signed_in.get(LIST + address_of(link))
        assert total_of(narrowed) == number_of(words_of(link.css_first("b") or link))


def test_a_table_says_the_same_and_more(signed_in: Client, connection: Connection) -> None:
    part = section(signed_in.get(LIST), "ranking-causes")
    lines = [line for line in part.css("tr") if line.css_first("bdi")]
    table = {(words_of(line.css_first("bdi")), words_of(line.css_first("td"))) for line in lines}
    bars = part.css(BARS)
    assert bars
    assert {(words_of(bar.css_first("bdi")), words_of(bar.css_first("b"))) for bar in bars} <= table


def test_failures_of_the_groups_are_the_failures_of_the_summary(
    signed_in: Client, connection: Connection
) -> None:
    response = signed_in.get(LIST)
    part = section(response, "ranking-causes")
    groups = [
        line.css_first("td") for line in part.css("tr") if not line.css_first("th[class], thead th")
    ]
    tile = Screen(response).one(".tile-failed strong")
    assert sum(number_of(words_of(each)) for each in groups if each) == number_of(words_of(tile))


def test_pictures_with_nothing_to_show_say_so(signed_in: Client, connection: Connection) -> None:
    page = signed_in.get(LIST, {"state": "reached"})
    assert "No failures here" in words_of(section(page, "ranking-causes"))
    assert "Nothing overdue or failed here" in words_of(section(page, "ranking-agents"))


def test_bars_name_the_zone_of_their_hours(signed_in: Client, connection: Connection) -> None:
    page = signed_in.get(LIST, {"preset": "today", "tz": "Asia/Kathmandu"})
    assert "by hour in Asia/Kathmandu" in words_of(section(page, "histogram"))


def test_a_range_too_long_for_one_picture_says_so(
    signed_in: Client, connection: Connection
) -> None:
    page = signed_in.get(LIST, {"from": "2020-01-01"})
    assert "at most 400 days" in words_of(section(page, "histogram"))


def test_there_are_no_pictures_of_nothing_nor_of_a_part(
    signed_in: Client, connection: Connection, settings
) -> None:
    assert 'class="charts"' not in signed_in.get(LIST, {"number": "4711"}).content.decode()
    settings.APPOINTS_MOST_ROWS = 100
    assert 'class="charts"' not in signed_in.get(LIST, {"q": ""}).content.decode()


def test_words_of_people_are_text_in_pictures(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    for row in simulator.rows():
        row["userName"] = "<b>Ann</b>"
    response = signed_in.get(LIST, {"q": "<b>ann"})
    assert "<b>Ann</b>" in words_of(section(response, "ranking-agents"))
    assert "<b>Ann" not in response.content.decode()
