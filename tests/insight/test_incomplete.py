"""Sections, their files and answers where rows are missing: no part is told as all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.encryption import encrypt
from appoints.pages.insight.sections import SECTIONS
from appoints.query.time_range import Window
from appoints.snapshots.models import Snapshot
from dashboard.accounts.models import User
from tests.api.conftest import reader_of
from tests.factories import NOON, browser_of
from tests.results.moving_centre import MovingCentre, three_days
from tests.screen import Screen

HTMX = {"HX-Request": "true"}
RANGE = "from=2026-05-31&to=2026-06-01"
DAY = timedelta(days=1)
TODAY = Window(NOON - DAY / 2, NOON + DAY / 2)
ONE_DAY = ("silence", "lanes")  # sections of today alone
every_section = pytest.mark.parametrize("section", SECTIONS)


@pytest.fixture
def centre(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[MovingCentre]:
    """A centre of three reservations on each of the days around noon of today."""
    with three_days(monkeypatch, working_hours="Mon-Sun 01:00-02:00") as made:
        yield made


@pytest.fixture
def browser(supervisor: User, centre: MovingCentre) -> Client:
    return browser_of(supervisor)


def shown(browser: Client, section: str) -> Screen:
    """A section as its page has it."""
    response = browser.get(f"/insight/{section}/?{RANGE}", headers=HTMX)
    assert response.status_code == 200
    return Screen(response)


def taken(browser: Client, person: User, section: str, asked: str = RANGE) -> Iterator[Any]:
    """The file and the answer of a section."""
    yield browser.get(f"/insight/{section}/export.csv?{asked}")
    yield reader_of(person).get(f"/api/v1/insight/{section}/?{asked}")


def tells_nothing(part: Screen) -> bool:
    return not part.all("table, svg, .insight-sum, .insight-foot, a.file")


@every_section
def test_figures_come_where_all_rows_are_there(browser: Client, section: str) -> None:
    assert shown(browser, section).all(".insight-foot")


@every_section
def test_a_section_names_the_day_that_it_lacks(
    browser: Client, centre: MovingCentre, section: str
) -> None:
    centre.failing = {TODAY}
    part = shown(browser, section)
    assert tells_nothing(part)
    assert "iSales did not answer" in part.text
    if section not in ONE_DAY:
        assert "Missing: all rows of 2026-06-01 00:00 – 2026-06-02 00:00." in part.text
        assert "at hand, not all. Figures come when all are here." in part.text


@every_section
def test_no_file_and_no_answer_is_of_a_part(
    browser: Client, supervisor: User, centre: MovingCentre, section: str
) -> None:
    centre.failing = {TODAY}
    for response in taken(browser, supervisor, section):
        assert response.status_code == 504
        assert "iSales did not answer" in response.content.decode()


@pytest.mark.usefixtures("noon_of_a_weekday")  # at midnight a further day begins to load
@every_section
def test_more_rows_than_are_fetched_have_no_figures(
    signed_in: Client, connection: Connection, supervisor: User, settings: Any, section: str
) -> None:
    settings.APPOINTS_MOST_ROWS = 2
    Connection.objects.update(page_limit=1)  # or all of a small centre would come at one look
    # Not to htmx, which does not wait until the rows are counted.
    page = Screen(signed_in.get(f"/insight/{section}/?preset=last-7d"))
    assert not page.all(f"#{section} :is(table, .insight-sum, .insight-foot, a.file)")
    assert "These are too many rows to have all of them here" in page.text
    for response in taken(signed_in, supervisor, section, "preset=last-7d"):
        assert response.status_code == 422
        assert "more than 2 rows" in response.content.decode()


@every_section
def test_a_section_names_the_day_that_a_call_moved_to(
    browser: Client, supervisor: User, centre: MovingCentre, section: str
) -> None:
    shown(browser, section)
    Snapshot.objects.update(expected=encrypt(json.dumps({"call1": "139"}).encode()))
    centre.failing = {Window(NOON - 99 * DAY, NOON + 99 * DAY)}
    assert "Calls were moved to" in shown(browser, section).text
    for response in taken(browser, supervisor, section):
        assert response.status_code in (502, 503, 504)
