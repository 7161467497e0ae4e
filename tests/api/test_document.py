"""The OpenAPI document says what is answered, and the answers are what it says."""

from __future__ import annotations

from django.test import Client

from appoints.query.columns import FILE_COLUMNS
from appoints.query.filters import PARAMETERS
from dashboard.accounts.models import User
from tests.factories import browser_of
from tests.screen import Screen

DOCUMENT = "/api/v1/openapi.json"


def test_it_names_every_parameter_and_column(reader: Client) -> None:
    found = reader.get(DOCUMENT).json()
    assert found["openapi"] == "3.1.0"
    for operation in found["paths"].values():
        names = [each["name"] for each in operation["get"]["parameters"]]
        assert names == [*(each.name for each in PARAMETERS.values()), "as_of"]
    row = found["components"]["schemas"]["row"]
    assert list(row["properties"]) == row["required"] == list(FILE_COLUMNS)


def test_its_page_says_the_same(supervisor: User) -> None:
    page = Screen(browser_of(supervisor).get("/api/"))
    names = page.texts("tbody td:first-child")
    assert names == [*(each.name for each in PARAMETERS.values()), "as_of"]
    assert set(FILE_COLUMNS) < set(page.texts("dt"))
    assert not page.values("script", "src")[1:]
