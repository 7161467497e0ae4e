"""Days are those of the view's zone: of the address, else of the person, else of the site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from appoints.connections.models import Connection
from appoints.forms.bind import Question
from appoints.pages.insight.section import FigureOptions
from appoints.pages.insight.sections import SECTIONS
from appoints.query.query import Query
from dashboard.accounts.models import Preferences, User
from tests.factories import browser_of, raw, whole
from tests.insight.centre import call, centre
from tests.insight.made_up import starts, zones
from tests.screen import Screen

DAYS = {"silence": (0, 0), "lanes": (0, 0), "punctuality": (-6, 0), "reach": (-6, 0)}
AHEAD = (0, 6)
ROWS = [
    *(raw(30 * n, userAccount=f"{n % 3}", callType="1") for n in range(-48, 96)),
    *(call(30 * n + 7) for n in range(-96, 24)),
]
hours = st.integers(-48, 48).map(lambda half: half * timedelta(minutes=30))

# Just after a day of UTC has begun, and shortly before it ends: it is another day there.
MOMENTS = [
    (datetime(2026, 6, 2, 0, 10, tzinfo=UTC), "America/New_York"),
    (datetime(2026, 6, 1, 23, 50, tzinfo=UTC), "Asia/Tokyo"),
]
SURFACES = [
    *(f"/insight/{name}/?" for name in SECTIONS),
    *(f"/insight/{name}/export.csv?" for name in SECTIONS),
    "/insight/report/?",
    "/appoints/?preset=today",
    "/appoints/export.csv?preset=today",
    "/wallboard/?preset=today&show=silence,load",
]


@given(starts, hours, hours, zones, st.integers(-9, 9))
def test_sections_are_of_local_days(
    start: datetime, ahead: timedelta, hour: timedelta, zone: ZoneInfo, days: int
) -> None:
    now = start + ahead
    moment = now + hour + timedelta(days=days)
    connection = Connection(pk=1)
    query = Query(preset="last-7d", zone=zone.key)
    question = Question(query, connection, zone, now, whole(connection))
    away = (moment.astimezone(zone).date() - now.astimezone(zone).date()).days
    for name, section in SECTIONS.items():
        begin, end = section(question, FigureOptions()).question.window
        first, last = DAYS.get(name, AHEAD)
        assert begin and end
        assert (name, begin <= moment < end) == (name, first <= away <= last)


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize(("now", "zone"), MOMENTS)
@pytest.mark.parametrize("address", SURFACES)
def test_a_zone_counts_alike_wherever_it_comes_from(
    supervisor: User, settings: Any, now: datetime, zone: str, address: str
) -> None:
    with time_machine.travel(now, tick=False):
        centre(ROWS, working_hours="Mon-Sun 06:00-20:00", time_zone="Asia/Kolkata")
        browser = browser_of(supervisor)
        by_address = told(browser, f"{address}&tz={zone}")
        settings.TIME_ZONE = zone
        by_site = told(browser, address)
        settings.TIME_ZONE = "Pacific/Kiritimati"
        Preferences.objects.create(user=supervisor, time_zone=zone)
        assert by_address == by_site == told(browser, address)


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize(("now", "zone"), MOMENTS)
def test_the_report_names_the_local_day(supervisor: User, now: datetime, zone: str) -> None:
    with time_machine.travel(now, tick=False):
        centre([])
        page = Screen(browser_of(supervisor).get(f"/insight/report/?tz={zone}"))
    day = now.astimezone(ZoneInfo(zone)).day
    assert f"June {day}, 2026" in page.one(".report-title").text()


def told(browser: Client, address: str) -> list[str]:
    """What a page says of its rows, or a file."""
    response = browser.get(address)
    assert response.status_code == 200
    if "csv" in address:
        return response.getvalue().decode().splitlines()
    return Screen(response).texts("main")
