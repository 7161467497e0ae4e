from __future__ import annotations

from datetime import UTC, datetime, timedelta

from appoints.chart import Chart
from appoints.results.overtime import Bucket
from appoints.results.query import Query

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_days_are_labelled_as_days_though_the_first_is_cut_short() -> None:
    buckets = [
        Bucket(NOON, NOON + 12 * HOUR, 3, 1, 1, 1),
        Bucket(NOON + 12 * HOUR, NOON + 36 * HOUR, 1, 0, 0, 1),
    ]
    assert [bar.label for bar in Chart(buckets, Query()).bars] == ["06-01", "06-02"]


def test_a_bars_pieces_fill_its_share_of_the_height() -> None:
    buckets = [
        Bucket(NOON, NOON + HOUR, 4, 2, 1, 1),
        Bucket(NOON + HOUR, NOON + 2 * HOUR, 8, 8, 0, 0),
    ]
    chart = Chart(buckets, Query())
    heights = [round(sum(part.height for part in bar.parts)) for bar in chart.bars]
    assert heights == [chart.height / 2, chart.height]
