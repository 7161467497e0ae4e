"""Labels of an axis do not run into each other, whatever the range, the language and the screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils.translation import override
from playwright.sync_api import Locator, Page, expect

from appoints.display.charts.histogram import Histogram
from appoints.display.html import joined
from appoints.display.insight.day_span import DaySpan
from appoints.display.insight.lane_drawing import LaneDrawing
from appoints.query.query import Query
from appoints.results.histogram import Bucket
from tests.browser.conftest import settle

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TWICE = datetime(2026, 10, 25, tzinfo=ZoneInfo("Europe/Berlin"))  # the day has two hours from 2:00
FULL = datetime(2026, 1, 20, tzinfo=ZoneInfo("Europe/Berlin"))  # days of two digits follow

# The left and right end of each label that is shown, in pixels.
BOXES = """svg => [...svg.querySelectorAll("text[text-anchor]")]
  .map(text => text.getBoundingClientRect()).filter(box => box.width)
  .map(box => [box.left, box.right])"""


@pytest.mark.parametrize("width", [360, 390, 770, 980, 1280])
def test_hours_over_lanes_do_not_overlap(blank: Page, width: int) -> None:
    blank.set_viewport_size({"width": width, "height": 844})
    blank.goto("/insight/lanes/")
    check(blank.locator(".lane-axis svg"), lane_axes(), width)


@pytest.mark.parametrize("width", [360, 390, 770, 980, 1280])
def test_times_under_bars_do_not_overlap(blank: Page, width: int) -> None:
    blank.set_viewport_size({"width": width, "height": 844})
    blank.goto("/appoints/?preset=last-7d")
    settle(blank)
    check(blank.locator(".histogram > svg").first, histograms(), width)


def check(drawing: Locator, drawn: Iterator[str], width: int) -> None:
    expect(drawing).to_be_visible()
    for each in drawn:
        drawing.evaluate("(svg, drawn) => { svg.innerHTML = drawn }", each)
        boxes = drawing.evaluate(BOXES)
        assert len(boxes) > 0
        assert all(end < begin for (_, end), (begin, _) in pairwise(boxes)), (each, boxes)
        assert boxes[-1][1] <= width


def lane_axes() -> Iterator[str]:
    """Yield the hours over the lanes of days of each length, in which an hour comes twice."""
    for hours in range(1, 26):
        for first in {0, 2, 25 - hours}:
            begin, end = after(TWICE, first * HOUR), after(TWICE, (first + hours) * HOUR)
            yield str(LaneDrawing(Query(), DaySpan(begin, end), None, 0).axis())


def histograms() -> Iterator[str]:
    """Yield the bars of ranges of each length in each language: days, hours, five minutes."""
    for language, _ in settings.LANGUAGES:
        with override(language):
            for month in range(12):
                yield bars_of(FULL + month * 30 * DAY, DAY, 4)  # as many labels as may be
            for bars in (1, 2, 3, 4, 5, 7, 8, 9, 12, 25):
                yield bars_of(FULL, DAY, bars)
                yield bars_of(TWICE, HOUR, bars)
                yield bars_of(after(TWICE, 2 * HOUR), timedelta(minutes=5), bars)


def bars_of(first: datetime, length: timedelta, bars: int) -> str:
    ends = [after(first, number * length) for number in range(bars + 1)]
    buckets = [Bucket(begin, end, 1, 0, 0, 0) for begin, end in pairwise(ends)]
    return str(joined(bar.drawn for bar in Histogram(buckets, Query(), bars).bars))


def after(moment: datetime, length: timedelta) -> datetime:
    """Return the local time so much later; also where clocks change."""
    return (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)
