"""Days of a range that failed, or that are older than the rest, are named beside the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from appoints.query.time_range import Window
from dashboard.accounts.models import User
from tests.factories import NOON, browser_of
from tests.results.moving_centre import MovingCentre, three_days
from tests.screen import text_of

LIST = "/appoints/?from=2026-05-31&to=2026-06-02"
DAY = timedelta(days=1)
YESTERDAY = Window(NOON - 1.5 * DAY, NOON - 0.5 * DAY)


@pytest.fixture
def centre(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[MovingCentre]:
    """A centre of three reservations yesterday, three today and three tomorrow; now is noon."""
    with three_days(monkeypatch) as made:
        yield made


@pytest.fixture
def browser(supervisor: User, centre: MovingCentre) -> Client:
    return browser_of(supervisor)


def test_a_day_without_rows_is_named_and_the_others_are_shown(
    browser: Client, centre: MovingCentre
) -> None:
    centre.failing = {YESTERDAY}
    answer = browser.get(LIST)
    text = text_of(answer)
    assert answer.status_code == 200
    assert "iSales did not answer" in text
    assert "Missing: all rows of 2026-05-31 00:00 – 2026-06-01 00:00." in text
    assert "6 at hand, not all" in text
    assert "call3" in answer.content.decode()


def test_no_file_is_made_of_a_part(browser: Client, centre: MovingCentre) -> None:
    centre.failing = {YESTERDAY}
    assert "when all rows are here" in text_of(browser.get(LIST))
    assert browser.get(LIST.replace("/?", "/export.csv?")).status_code == 504


def test_a_reservation_of_a_missing_day_is_not_said_to_be_gone(
    browser: Client, centre: MovingCentre
) -> None:
    centre.failing = {YESTERDAY}
    answer = browser.get(LIST.replace("/?", "/call0/?"))
    assert (answer.status_code, "Not here yet" in text_of(answer)) == (200, True)


def test_a_day_that_could_not_be_refreshed_is_told_from_the_others(
    browser: Client, centre: MovingCentre
) -> None:
    browser.get(LIST)
    centre.failing = {YESTERDAY}
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        text = text_of(browser.get(LIST))
    assert "Data as of 12:00:00, the newest of 12:05:00" in text
    assert "The rows of 2026-05-31 00:00 – 2026-06-01 00:00 are 5 min old." in text


def test_a_file_is_as_of_its_oldest_day(browser: Client) -> None:
    address = "/appoints/export.csv?from=2026-05-25&to=2026-06-02"
    assert browser.get(address)["X-Data-As-Of"] == "2026-06-01T12:00:00+00:00"
    with time_machine.travel(NOON + timedelta(seconds=50), tick=False):
        answer = browser.get(address)
    assert (answer["X-Data-As-Of"], answer["X-Total-Count"]) == ("2026-06-01T12:00:00+00:00", "9")
