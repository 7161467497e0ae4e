"""Working hours as an administrator writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from appoints.connections.models import Connection
from appoints.connections.working_hours import WorkingHours, working_hours
from appoints.query.time_range import Window

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 6, 1)


def windows(
    hours: str, holidays: str = "", first: date = MONDAY, last: date = MONDAY
) -> list[tuple[str, str]]:
    found = working_hours(hours, holidays)
    assert isinstance(found, WorkingHours)
    return [
        (f"{each.begin.astimezone(BERLIN):%a %H:%M}", f"{each.end.astimezone(BERLIN):%a %H:%M}")
        for each in found.windows(first, last, BERLIN)
        if each.begin and each.end
    ]


@pytest.mark.parametrize(
    ("hours", "found"),
    [
        ("Mon-Fri 09:00-18:00", [("Mon 09:00", "Mon 18:00")]),
        (
            "mon 9:00-12:00, mon 13:00-17:30",
            [("Mon 09:00", "Mon 12:00"), ("Mon 13:00", "Mon 17:30")],
        ),
        ("Mon 09:00-13:00; Mon 12:00-17:00", [("Mon 09:00", "Mon 17:00")]),
        ("Fri-Mon 00:00-24:00", [("Mon 00:00", "Tue 00:00")]),
        ("Mon 22:00-06:00", [("Mon 22:00", "Tue 06:00")]),
        ("Tue 09:00-18:00", []),
    ],
)
def test_a_day_has_the_spans_that_are_written(hours: str, found: list[tuple[str, str]]) -> None:
    assert windows(hours) == found


def test_nobody_works_on_a_holiday() -> None:
    assert windows("Mon-Sun 09:00-18:00", "2026-06-01, 2026-12-25") == []


def test_hours_are_those_of_the_clock_where_clocks_change() -> None:
    found = working_hours("Mon-Sun 01:00-04:00", "")
    assert found
    [spring] = found.windows(date(2026, 3, 29), date(2026, 3, 29), BERLIN)
    [autumn] = found.windows(date(2026, 10, 25), date(2026, 10, 25), BERLIN)
    assert spring == Window(datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC))
    assert autumn == Window(
        datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC)
    )


def test_without_hours_there_are_none() -> None:
    assert working_hours(" ", "2026-12-25") is None


@pytest.mark.parametrize(
    "hours",
    ["09:00-18:00", "Mon", "Mon-Fri 9-18", "Mob 09:00-18:00", "Mon 09:00-25:00", "Mon 09:60-10:00",
     "Mon 09:00-09:00"],
)  # fmt: skip
def test_other_words_are_refused(hours: str) -> None:
    with pytest.raises(ValidationError):
        working_hours(hours, "")


def test_a_connection_names_what_is_wrong_beside_its_field() -> None:
    connection = Connection(
        base_url="https://isales.example", working_hours="never", holidays="Christmas"
    )
    with pytest.raises(ValidationError) as caught:
        connection.clean()
    assert list(caught.value.message_dict) == ["working_hours", "holidays"]
