from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from appoints.display.charts.histogram import Histogram
from appoints.query.query import Query
from appoints.results.histogram import Bucket

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURS = [
    Bucket(NOON, NOON + HOUR, 4, 2, 1, 1),
    Bucket(NOON + HOUR, NOON + 2 * HOUR, 8, 6, 0, 0),
]


def test_days_are_labelled_as_days_though_the_first_is_cut_short() -> None:
    buckets = [
        Bucket(NOON, NOON + 12 * HOUR, 3, 1, 1, 1),
        Bucket(NOON + 12 * HOUR, NOON + 36 * HOUR, 1, 0, 0, 1),
    ]
    assert [bar.label for bar in Histogram(buckets, Query(), 4).bars] == ["1 Jun", "2 Jun"]


def test_hours_are_told_as_such_where_clocks_go_forth() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    hours = [datetime(2026, 3, 29, hour, tzinfo=UTC).astimezone(berlin) for hour in (0, 1, 2)]
    chart = Histogram([Bucket(*hours[:2], 1, 0, 0, 0), Bucket(*hours[1:], 1, 0, 0, 0)], Query(), 2)
    assert [bar.label for bar in chart.bars] == ["01:00", "03:00"]


def test_a_bars_pieces_fill_its_share_of_the_height() -> None:
    chart = Histogram(HOURS, Query(), 12)
    heights = [round(sum(part.height for part in bar.parts)) for bar in chart.bars]
    assert heights == [(chart.ground - chart.top) / 2, chart.ground - chart.top]


def test_a_bar_says_its_numbers_in_words_and_for_the_table() -> None:
    first, second = Histogram(HOURS, Query(), 12).bars
    assert first.words == "Mon 1 Jun, 12:00: 4 reserved, 2 reached, 1 failed, 1 overdue"
    assert second.counts == ["8", "6", "0", "0", "2"]


def test_a_bar_leads_to_its_hour_and_keeps_the_other_filters() -> None:
    chart = Histogram(HOURS, Query(preset="today", states=("failed",), page=3), 12)
    assert chart.bars[0].address == (
        "from=2026-06-01T12:00:00%2B00:00&to=2026-06-01T13:00:00%2B00:00&state=failed"
    )


def test_no_more_labels_stand_under_the_bars_than_there_is_room_for() -> None:
    buckets = [Bucket(NOON + n * HOUR, NOON + (n + 1) * HOUR, 1, 0, 0, 0) for n in range(49)]
    labels = [bar.label for bar in Histogram(buckets, Query(), 49).bars if bar.label]
    assert labels == ["12:00", "01:00", "14:00", "03:00"]


def test_rows_without_a_time_are_in_no_bar_and_counted_apart() -> None:
    assert Histogram(HOURS, Query(), 15).timeless == 3


def test_bars_of_five_minutes_are_told_as_such() -> None:
    minutes = timedelta(minutes=5)
    buckets = [Bucket(NOON, NOON + minutes, 1, 0, 0, 0)]
    chart = Histogram(buckets, Query(), 1)
    assert (chart.by_minutes, chart.by_day) == (True, False)
    assert not Histogram(HOURS, Query(), 12).by_minutes
