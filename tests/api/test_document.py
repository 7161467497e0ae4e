"""The OpenAPI document says what is answered, and the answers are what it says."""

from __future__ import annotations

from typing import Any

from django.test import Client

from appoints.query.columns import FILE_COLUMNS
from appoints.query.filters import MOST_AGENTS, PARAMETERS
from dashboard.accounts.models import User
from tests.factories import browser_of
from tests.screen import Screen

DOCUMENT = "/api/v1/openapi.json"


ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}}


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations that answer with rows, or with numbers of them."""
    return [document["paths"][path]["get"] for path in ("/api/v1/appoints/", "/api/v1/summary/")]


def test_it_names_every_parameter_and_column(reader: Client) -> None:
    found = reader.get(DOCUMENT).json()
    assert found["openapi"] == "3.1.0"
    for operation in operations(found):
        names = [each["name"] for each in operation["parameters"]]
        assert names == [*(each.name for each in PARAMETERS.values()), "as_of"]
    row = found["components"]["schemas"]["row"]
    assert list(row["properties"]) == row["required"] == list(FILE_COLUMNS)


def test_it_says_how_each_refusal_looks_and_when_to_ask_again(reader: Client) -> None:
    for operation in operations(reader.get(DOCUMENT).json()):
        answers = operation["responses"]
        refusals = {status: each for status, each in answers.items() if status >= "400"}
        assert "content" not in refusals.pop("414")
        assert {"400", "401", "403", "404", "410", "422", "429", "502", "503", "504"} == set(
            refusals
        )
        assert all(each["content"] == ERROR for each in refusals.values())
        assert list(answers["401"]["headers"]) == ["WWW-Authenticate"]
        assert list(answers["429"]["headers"]) == ["Retry-After"]
        assert list(answers["503"]["headers"]) == ["Retry-After"]


def test_it_says_which_headers_come_with_rows(reader: Client) -> None:
    for operation in operations(reader.get(DOCUMENT).json()):
        headers = operation["responses"]["200"]["headers"]
        assert [name for name, each in headers.items() if each.get("required")] == [
            *("X-Total-Count", "X-Data-As-Of", "X-Numbers", "ETag"),
        ]


def test_what_may_be_empty_by_it_counts_for_nothing(reader: Client) -> None:
    for operation in operations(reader.get(DOCUMENT).json()):
        names = [each["name"] for each in operation["parameters"] if each.get("allowEmptyValue")]
        assert {"page", "per_page", "state", "late", "sort"} <= set(names)
        response = reader.get(f"/api/v1/appoints/?{'=&'.join(names)}=")
        assert (response.status_code, response["X-Total-Count"]) == (200, "30")


def test_a_list_of_words_has_no_length_by_it_for_doubles_count_once(reader: Client) -> None:
    for operation in operations(reader.get(DOCUMENT).json()):
        lists = {each["name"]: each["schema"] for each in operation["parameters"]}
        assert lists["cause"] == lists["agent"] == {"type": "array", "items": {"type": "string"}}
    agents = "&agent=agent0" * (MOST_AGENTS + 1)
    assert reader.get(f"/api/v1/appoints/?{agents[1:]}")["X-Total-Count"] == "10"


def test_a_saved_copy_says_which_server_answers(reader: Client) -> None:
    found = reader.get(DOCUMENT, SERVER_NAME="localhost", SERVER_PORT="8000").json()
    assert found["servers"] == [{"url": "http://localhost:8000/"}]


def test_its_page_says_the_same(supervisor: User) -> None:
    page = Screen(browser_of(supervisor).get("/api/"))
    names = page.texts("tbody td:first-child")
    assert names == [*(each.name for each in PARAMETERS.values()), "as_of"]
    assert set(FILE_COLUMNS) < set(page.texts("dt"))
    assert not page.values("script", "src")[1:]
