"""The filters in force, in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from appoints.display.chips import chips, range_words
from appoints.query.query import Query

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = timezone(timedelta(hours=8))


def at(*given: int, zone: timezone | None = None) -> datetime:
    return datetime(*given, tzinfo=zone)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [
        (date(2026, 1, 31), date(2026, 2, 2), "2026-01-31 – 2026-02-02"),
        (date(2026, 1, 31), date(2026, 1, 31), "2026-01-31"),
        (at(2026, 1, 31, 8), at(2026, 1, 31, 9, 30), "2026-01-31 08:00 – 09:30"),
        (at(2026, 1, 31, 8), at(2026, 2, 1), "2026-01-31 08:00 – 2026-02-01 00:00"),
        (at(2026, 1, 31, 8, zone=SHANGHAI), None, "from 2026-01-31 01:00"),
        (None, date(2026, 1, 31), "to 2026-01-31"),
        # In these nights clocks go back and forth: 02:30 happens twice, and not at all.
        (at(2026, 10, 25, 2, 30), at(2026, 10, 25, 2, 30), "2026-10-25 02:30 +0200 – 02:30 +0100"),
        (at(2026, 3, 29, 2, 30), at(2026, 3, 29, 4), "2026-03-29 03:00 – 04:00"),
        (None, None, ""),
    ],
)
def test_a_range_is_told_in_local_times(begin, end, words: str) -> None:
    assert range_words(Query(begin=begin, end=end), BERLIN) == words


def test_a_range_is_one_chip_and_leaves_as_one() -> None:
    query = Query(begin=date(2026, 1, 31), end=date(2026, 2, 2), late=True)
    first = chips(query, BERLIN)[0]
    assert (first.text, first.without) == ("2026-01-31 – 2026-02-02", "late=1")


def test_agents_are_called_by_their_names_as_far_as_these_are_known() -> None:
    query = Query(agents=("101", "102"))
    assert chips(query, BERLIN, {"agents": {"101": "Ana"}})[0].text == "agent Ana, 102"


def test_the_preset_of_overdue_calls_says_how_far_back_it_looks(settings) -> None:
    settings.APPOINTS_OVERDUE_DAYS = 14
    [chip] = chips(Query(preset="overdue"), BERLIN)
    assert chip == ("Overdue of the last 14 days", "")
