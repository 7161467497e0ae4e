"""How old the data of a page are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from django.utils import timezone

from appoints.connections.failures import failure_of
from appoints.display.chips import range_words
from appoints.display.formats import span
from appoints.pages.contexts import Stale
from appoints.query.query import Query
from appoints.query.time_range import Window
from appoints.results.result import Result


def stale(result: Result, zone: ZoneInfo) -> Stale | None:
    """Return why nothing newer is at hand, None where there is no such reason."""
    if result.error is None:
        return None
    of_all = len(result.outdated) == len(result.pieces)
    return Stale(
        failure=failure_of(result.error),
        age=span(timezone.now() - result.as_of) if result.as_of else "",
        missing=days_in_words(result.lacking, zone),
        outdated="" if of_all else days_in_words(result.outdated, zone),
    )


def days_in_words(windows: Sequence[Window], zone: ZoneInfo) -> str:
    """Return windows in words, those that follow each other as one."""
    ranges: list[Window] = []
    for begin, end in windows:
        follows = bool(ranges) and ranges[-1].end == begin
        ranges.append(Window(ranges.pop().begin if follows else begin, end))
    return ", ".join(range_words(Query(begin=begin, end=end), zone) for begin, end in ranges)


def seconds_since(moment: datetime | None) -> int:
    """Return the whole seconds since a moment; of one ahead, which a wrong clock told, up to it."""
    return round(abs((timezone.now() - moment).total_seconds())) if moment else 0


def seconds_until(moment: datetime | None) -> int:
    """Return the whole seconds up to a moment, none once it has passed."""
    return max(0, ceil((moment - timezone.now()).total_seconds())) if moment else 0
