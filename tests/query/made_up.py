"""What becomes of a column and a filter that are declared in one place each.

``test_declarations`` runs this file in a process of its own, which has them.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
from urllib.parse import parse_qs

import openpyxl
import pytest
from django.http import QueryDict
from django.test import Client

from appoints.connections.models import Connection
from appoints.query.query import Query
from appoints.saved_views.menu import text_of

LIST = "/appoints/"
STATUS = "?call_status=2"
COLUMN = "fetched_at"


def text_of_page(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def rows(client: Client, query: str = "") -> list[dict[str, str]]:
    content = client.get(f"{LIST}export.csv{query}").content.decode()
    return list(csv.DictReader(io.StringIO(content, newline="")))


@pytest.fixture
def page(signed_in: Client, connection: Connection) -> str:
    signed_in.post("/columns/", {"column": ["appoint_time", COLUMN]})
    return text_of_page(signed_in, LIST)


def test_the_column_can_be_chosen(signed_in: Client) -> None:
    assert f'name="column" value="{COLUMN}"' in text_of_page(signed_in, "/columns/")


def test_the_table_shows_it(page: str) -> None:
    assert (
        "Looked at"
        in re.search(rf'<th scope="col" class="col-{COLUMN}".*?</th>', page, re.DOTALL)[0]
    )
    assert f'<td class="col-{COLUMN}" data-label="Looked at"><time datetime="' in page


def test_its_head_sorts(signed_in: Client, page: str) -> None:
    assert f"sort={COLUMN}" in page
    assert 'aria-sort="descending"' in text_of_page(signed_in, f"{LIST}?sort=-{COLUMN}")


def test_the_form_offers_to_sort_by_it(page: str) -> None:
    assert f'<option value="-{COLUMN}">time of the look ↓</option>' in page


def test_csv_json_and_the_workbook_hold_it(signed_in: Client, connection: Connection) -> None:
    in_csv = [row[COLUMN] for row in rows(signed_in)]
    in_json = json.loads(signed_in.get(f"{LIST}export.json").content)["rows"]
    book = openpyxl.load_workbook(io.BytesIO(signed_in.get(f"{LIST}export.xlsx").content))
    first, *others = book.worksheets[0].iter_rows(values_only=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d", each) for each in in_csv)
    assert [row[COLUMN] for row in in_json] == in_csv
    assert len(others) == len(in_csv)
    assert all(line[first.index(COLUMN)].year >= 2025 for line in others)


def test_the_workbook_explains_it(signed_in: Client, connection: Connection) -> None:
    book = openpyxl.load_workbook(io.BytesIO(signed_in.get(f"{LIST}export.xlsx").content))
    facts = {line[0]: line[1] for line in book.worksheets[1].iter_rows(values_only=True)}
    assert facts[COLUMN] == "time of the look"


def test_the_form_has_the_filter(page: str) -> None:
    assert "<legend>Status of the call</legend>" in page
    assert re.search(r'<input type="checkbox" name="call_status" value="2"', page)
    assert "without a status of the call" in page


def test_the_form_leads_to_its_address(signed_in: Client, connection: Connection) -> None:
    sent = signed_in.post(LIST, {"call_status": ["1", "2"]})
    assert QueryDict(sent["Location"].partition("?")[2]).getlist("call_status") == ["1", "2"]


def test_an_address_and_a_question_are_the_same() -> None:
    query = Query(call_statuses=("1", "2"))
    assert query.urlencode() == "call_status=1&call_status=2" == text_of(query)
    assert query.local() == ["call_status"]


@pytest.mark.parametrize("address", ["?call_status=9", "?call_status=x"])
def test_a_wrong_value_is_named(signed_in: Client, connection: Connection, address: str) -> None:
    assert signed_in.get(f"{LIST}{address}").status_code == 400


def test_it_leaves_out_all_other_rows(signed_in: Client, connection: Connection) -> None:
    every = [row["call_status"] for row in rows(signed_in)]
    assert [row["call_status"] for row in rows(signed_in, STATUS)] == ["2"] * every.count("2")
    without = rows(signed_in, "?without=call_status")
    assert [row["call_status"] for row in without] == [""] * every.count("")
    assert 0 < every.count("") < len(every) > every.count("2") > 0


def test_its_menu_counts_its_values(signed_in: Client, connection: Connection) -> None:
    page = text_of_page(signed_in, LIST)
    assert "Status menu" in page
    rows_of_each = [row["call_status"] for row in rows(signed_in)]
    menu = text_of_page(signed_in, "/choices/call_statuses/")
    count = re.search(r'call_status=2".*?<span class="count">(\d+)', menu, re.DOTALL)
    assert count and int(count[1]) == rows_of_each.count("2")


def test_a_chip_takes_it_back(signed_in: Client, connection: Connection) -> None:
    page = text_of_page(signed_in, f"{LIST}{STATUS}&late=1")
    chips = dict(
        re.findall(r'<a href="\?([^"]*)" title="Remove this filter[^>]*><bdi>(.*?)</bdi>', page)
    )
    taken_back = [parse_qs(address) for address, words in chips.items() if words != "late"]
    assert taken_back == [{"connection": ["demo"], "late": ["1"]}]


def test_an_empty_answer_advises_to_leave_it_out(signed_in: Client, connection: Connection) -> None:
    page = text_of_page(signed_in, f"{LIST}?state=upcoming&call_status=2")
    exits = re.findall(r'<a class="btn" href="\?([^"]*)"', page)
    assert {"connection": ["demo"], "state": ["upcoming"]} in [parse_qs(each) for each in exits]
