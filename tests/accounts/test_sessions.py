"""A session that is used does not end, and is stored anew once a day at the most."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.accounts.models import Session, User

PAGE = "/accounts/preferences/"
PART = {"HX-Request": "true"}


@pytest.fixture
def began(client: Client, supervisor: User) -> datetime:
    """The moment of a supervisor's sign-in, with their session's first page shown."""
    client.force_login(supervisor)
    client.get(PAGE)
    return timezone.now()


def writes(client: Client, path: str = PAGE) -> int:
    """Return how often a request writes to the database."""
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return sum(each["sql"].startswith(("INSERT", "UPDATE")) for each in queries)


def test_a_person_who_comes_every_few_days_stays_signed_in(client: Client, began: datetime) -> None:
    for days in range(0, 60, 6):
        with time_machine.travel(began + timedelta(days=days)):
            assert client.get(PAGE).status_code == 200


def test_a_wallboard_that_refreshes_itself_stays_signed_in(client: Client, began: datetime) -> None:
    for days in range(30):
        with time_machine.travel(began + timedelta(days=days)):
            assert "signed out" not in client.get("/wallboard/", headers=PART).content.decode()


def test_a_session_that_nobody_uses_ends_after_a_fortnight(client: Client, began: datetime) -> None:
    with time_machine.travel(began + timedelta(days=10)):
        client.get(PAGE)
    with time_machine.travel(began + timedelta(days=24, hours=1)):
        assert client.get(PAGE).status_code == 302


def test_a_session_is_written_once_a_day_not_at_each_request(
    client: Client, began: datetime
) -> None:
    counts = []
    for hours in (1, 12, 25, 26, 40, 50, 51):
        with time_machine.travel(began + timedelta(hours=hours)):
            counts.append(writes(client))
    assert counts == [0, 0, 1, 0, 0, 1, 0]


def test_the_first_page_after_a_sign_in_does_not_write_the_session_again(
    client: Client, supervisor: User
) -> None:
    client.force_login(supervisor)
    assert writes(client) == 0


def test_a_clock_that_was_fast_and_is_set_right_does_not_stop_the_renewals(
    client: Client, began: datetime
) -> None:
    with time_machine.travel(began + timedelta(days=5)):
        client.get(PAGE)
    with time_machine.travel(began):
        assert writes(client) == 1
        assert writes(client) == 0


def test_the_cookie_lasts_as_long_as_the_session(client: Client, began: datetime) -> None:
    with time_machine.travel(began + timedelta(days=3)):
        cookie = client.get(PAGE).cookies["sessionid"]
    assert cookie["max-age"] == 14 * 24 * 60 * 60


def test_a_stranger_gets_no_session(client: Client, db: None) -> None:
    client.get(PAGE)
    client.get("/accounts/login/")
    assert not Session.objects.exists()
