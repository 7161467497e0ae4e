"""Days in digits, as each language has them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf.locale import LANG_INFO
from django.utils import translation
from django.utils.dateformat import format as formatted
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from appoints.display import formats

LANGUAGES = [code for code, about in LANG_INFO.items() if "name" in about]
DAY = date(2026, 7, 3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_is_written_as_django_writes_it(language: str) -> None:
    with translation.override(language):
        assert formats.day(DAY) == date_format(DAY, "SHORT_DATE_FORMAT")


def test_a_dutch_day_has_the_number_of_its_month() -> None:
    with translation.override("nl"):
        assert formats.day(DAY) == "3-7-2026"
        assert formats.clock(datetime(2026, 7, 3, 9, 5)) == "3-7-2026 09:05"  # noqa: DTZ001


@given(
    st.text("dDjlNSwzFmMnYyLtWo-./ ,年%\\"),
    st.dates(date(2000, 1, 1), date(2100, 12, 31)),
)
def test_a_day_in_any_format_is_written_as_django_writes_it(short: str, day: date) -> None:
    with translation.override("en"):
        assert formats.writer_of(short)(day) == formatted(day, short)


@pytest.mark.parametrize("language", ["en", "zh-hans", "es", "pt-br", "ar"])
def test_patterns_name_their_values_in_braces_as_scripts_fill_them_in(language: str) -> None:
    with translation.override(language):
        patterns = formats.patterns()
    assert [text for text in patterns.values() if "%" in text or "{" not in text] == []
    assert "{days}" in patterns["days"] and "{hours}" in patterns["days"]


BERLIN, HOUR = ZoneInfo("Europe/Berlin"), timedelta(hours=1)
HOURS = st.integers(0, 400 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + hours * HOUR)


@given(st.lists(HOURS.map(lambda moment: moment.astimezone(BERLIN)), max_size=6))
def test_each_offset_is_told_once_by_time_in_whatever_order(moments: list[datetime]) -> None:
    by_time = [f"{each:%z}" for each in sorted(moments, key=datetime.timestamp)]
    assert formats.offsets_of(moments) == ", ".join(dict.fromkeys(by_time))


def test_offsets_are_in_the_order_in_which_each_begins() -> None:
    winter, summer = (datetime(2026, month, 3, tzinfo=BERLIN) for month in (1, 7))
    again = datetime(2026, 12, 3, tzinfo=BERLIN)
    assert formats.offsets_of([again, summer, winter]) == "+0100, +0200"
