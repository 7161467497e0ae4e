"""The pictures above the list, and their tables."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator

LIST = "/appoints/"
BAR = re.compile(
    r'<a href="(\?[^"]+)"[^>]*>\s*<svg aria-hidden="true">.*?</svg>\s*<bdi>(.*?)</bdi> <b>([\d,]+)',
    re.DOTALL,
)
TWIN = re.compile(r"<td><a href=\"(\?[^\"]+)\">([\d,]+)</a></td>")


def section(page: str, name: str) -> str:
    found = re.search(rf'<section class="chart[^"]*{name}".*?</section>', page, re.DOTALL)
    assert found
    return found[0]


def found_rows(page: str) -> int:
    found = re.search(r"of <strong>([\d,]+)", page)
    assert found
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize(("name", "numbers"), [("causes", BAR), ("behind", TWIN)])
def test_each_number_leads_to_as_many_rows_as_it_says(
    signed_in: Client, connection: Connection, name: str, numbers: re.Pattern[str]
) -> None:
    page = signed_in.get(LIST, {"call_type": "1"}).content.decode()
    found = numbers.findall(section(page, f"ranking-{name}"))
    assert len(found) > 3
    for address, *_, rows in found[:4]:
        narrowed = signed_in.get(LIST + html.unescape(address)).content.decode()
        assert found_rows(narrowed) == int(rows.replace(",", ""))


def test_a_table_says_the_same_and_more(signed_in: Client, connection: Connection) -> None:
    page = signed_in.get(LIST).content.decode()
    part = section(page, "ranking-causes")
    table = re.findall(r"<bdi[^>]*>([^<]*)</bdi></a>.*?<td>([\d,]+)</td>", part, re.DOTALL)
    assert {each[1:] for each in BAR.findall(part)} <= set(table)


def test_failures_of_the_groups_are_the_failures_of_the_summary(
    signed_in: Client, connection: Connection
) -> None:
    page = signed_in.get(LIST).content.decode()
    part = section(page, "ranking-causes")
    groups = re.findall(r'<tr>\s*<th scope="row">.*?<td>([\d,]+)</td>\s*</tr>', part, re.DOTALL)
    tile = re.search(r'tile-failed"[^>]*><strong>([\d,]+)', page)
    assert tile
    assert sum(int(each.replace(",", "")) for each in groups) == int(tile[1].replace(",", ""))


def test_pictures_with_nothing_to_show_say_so(signed_in: Client, connection: Connection) -> None:
    page = signed_in.get(LIST, {"state": "reached"}).content.decode()
    assert "No failures here" in section(page, "ranking-causes")
    assert "Nothing overdue or failed here" in section(page, "ranking-behind")


def test_bars_name_the_zone_of_their_hours(signed_in: Client, connection: Connection) -> None:
    page = signed_in.get(LIST, {"preset": "today", "tz": "Asia/Kathmandu"}).content.decode()
    assert "by hour in Asia/Kathmandu" in section(page, "overtime")


def test_a_range_too_long_for_one_picture_says_so(
    signed_in: Client, connection: Connection
) -> None:
    page = signed_in.get(LIST, {"from": "2020-01-01"}).content.decode()
    assert "at most 400 days" in section(page, "overtime")


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
    page = signed_in.get(LIST, {"q": "<b>ann"}).content.decode()
    assert "&lt;b&gt;Ann&lt;/b&gt;" in section(page, "ranking-behind")
    assert "<b>Ann" not in page
