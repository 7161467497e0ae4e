"""Names and accounts stand in the same order on the page and in every file."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from tests.screen import Screen

LIST = "/appoints/"


def serve(simulator: Simulator, field: str, *values: str) -> None:
    now = round(datetime.now(UTC).timestamp() * 1000)
    simulator.listing.source = [
        {"appointId": str(place), "appointTime": now, field: value}
        for place, value in enumerate(reversed(values))
    ]


def on_page(client: Client, address: str, **headers: str) -> list[str]:
    ids = Screen(client.get(address, headers=headers)).values("a[id^=call-]", "id")
    return [id_.removeprefix("call-") for id_ in dict.fromkeys(ids)]


def in_files(client: Client, column: str, query: str, **headers: str) -> list[list[Any]]:
    def got(suffix: str) -> bytes:
        response = client.get(f"/appoints/export.{suffix}?{query}", headers=headers)
        assert response.status_code == 200
        return bytes(response.content)

    text = list(csv.DictReader(io.StringIO(got("csv").decode("utf-8-sig"))))
    rows = json.loads(got("json"))["rows"]
    book = list(openpyxl.load_workbook(io.BytesIO(got("xlsx"))).worksheets[0].values)
    place = book[0].index(column)
    return [
        [line[column] for line in text],
        [row[column] for row in rows],
        [line[place] for line in book[1:]],
    ]


@pytest.mark.parametrize(
    ("language", "column", "field", "values"),
    [
        ("en", "agent_name", "userName", ["alice", "Álvaro", "Bob", "Zoe"]),
        ("en", "agent", "userAccount", ["1", "2", "10", "100"]),
        ("en", "task_name", "taskName", ["Wave 2", "wave 10", "Wave 11"]),
        ("en", "agent_name", "userName", ["Nuñez", "Nuno", "Nuzo"]),
        ("es", "agent_name", "userName", ["Nuno", "Nuñez", "Nuzo"]),
        ("zh-hans", "agent_name", "userName", ["陈伟", "闫鑫", "张三"]),
    ],
)
def test_page_and_files_have_one_order_which_the_viewers_language_decides(
    signed_in: Client,
    connection: Connection,
    simulator: Simulator,
    language: str,
    column: str,
    field: str,
    values: list[str],
) -> None:
    serve(simulator, field, *values)
    for sort, expected in ((column, values), (f"-{column}", values[::-1])):
        query, said = f"sort={sort}", {"Accept-Language": language}
        ids = [str(len(values) - 1 - values.index(each)) for each in expected]
        assert on_page(signed_in, f"{LIST}?{query}", **said) == ids
        assert in_files(signed_in, column, query, **said) == [expected] * 3


def test_choices_that_are_as_frequent_stand_in_order(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    serve(simulator, "userAccount", "1", "2", "10", "100")
    page = Screen(signed_in.get("/choices/agents/"))
    assert page.values("[name=agent]", "value") == ["1", "2", "10", "100"]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("José", "Jose"),
        ("Jose\u0301", "JOSÉ"),
        ("أحمد", "احمد"),
        ("Ａｎａ", "ana"),
        ("Agent ٣", "agent 3"),
    ],
)
def test_search_finds_what_people_type_on_page_and_in_files(
    signed_in: Client, connection: Connection, simulator: Simulator, stored: str, typed: str
) -> None:
    serve(simulator, "userName", stored, "Somebody")
    rows = json.loads(signed_in.get("/appoints/export.json", {"q": typed}).content)["rows"]
    assert [row["agent_name"] for row in rows] == [stored]
    page = Screen(signed_in.get(LIST, {"q": typed}))
    assert stored in page.text
    for form in page.all("form"):
        form.decompose()
    assert "Somebody" not in page.text
