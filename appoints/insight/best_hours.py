"""The hours of the day at which calls reach most people, within working hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from appoints.insight.reach import FEWEST, ReachLine
from appoints.query.time_range import Window

HOUR = timedelta(hours=1)
SPAN = 2  # hours
WEEK = 7  # days
AHEAD = 2 * WEEK  # days that are looked at, for a day of this week may be a holiday

# Tells whether people work throughout an hour of a local day.
Working = Callable[[date, int], bool]


@dataclass(frozen=True, kw_only=True)
class BestHours:
    """Hours from ``begin`` up to ``end``, and the ``day`` on which they come next.

    Of the ``calls`` that began in them on any of the ``weekdays`` on which people work then,
    ``reached`` reached somebody.
    """

    begin: int
    end: int
    weekdays: tuple[int, ...]
    reached: int
    calls: int
    day: date


class Coming(NamedTuple):
    """Hours from ``begin`` on: the weekdays on which people work throughout, the next such day."""

    begin: int
    weekdays: tuple[int, ...]
    day: date


def always(day: date, hour: int) -> bool:
    """Tell that people work at every hour."""
    return True


def within(windows: Iterable[Window], zone: ZoneInfo) -> Working:
    """Return what tells whether an hour of a day of this zone lies in one of the windows."""
    found = {(hour.date(), hour.hour) for window in windows for hour in _hours(window, zone)}
    return lambda day, hour: (day, hour) in found


def _hours(window: Window, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the begin of each local hour that lies in a window, which has both ends."""
    begin, end = window
    assert begin and end
    while begin < end:
        local = begin.astimezone(zone)
        past = timedelta(minutes=local.minute, seconds=local.second)
        if not past and begin + HOUR <= end:
            yield local
        begin += HOUR - past


def best_hours(
    lines: Iterable[ReachLine], now: datetime, working: Working = always
) -> BestHours | None:
    """Return the hours in which the largest share of calls reached somebody; ``now`` is local.

    Of equal ones those of more calls, then the earlier ones. None where no hours have enough calls
    to tell, or none of these reached anybody, or too few calls failed at all for their cause to
    make a difference between hours.
    """
    by_hour: defaultdict[int, list[ReachLine]] = defaultdict(list)
    failed = 0
    for line in lines:
        if line.hour is not None and line.weekday is not None:
            by_hour[line.hour].append(line)
            failed += line.failed
    if failed < FEWEST:
        return None
    found = [
        _span([by_hour[coming.begin + more] for more in range(SPAN)], coming)
        for coming in _coming(now.date(), now.hour, working)
    ]
    told = [each for each in found if each.calls >= FEWEST and each.reached]
    return max(told, key=lambda each: (each.reached / each.calls, each.calls), default=None)


@lru_cache(maxsize=4)  # a page asks for several causes
def _coming(today: date, hour: int, working: Working) -> list[Coming]:
    """Return the hours in which people work on days that come; ``hour`` is that of now."""
    ahead = [today + timedelta(days=each) for each in range(AHEAD)]
    found = []
    for begin in range(24 - SPAN + 1):
        days = [day for day in ahead if all(working(day, begin + more) for more in range(SPAN))]
        coming = [day for day in days if day > today or begin + SPAN > hour]
        if coming:
            weekdays = sorted({day.isoweekday() for day in days})
            found.append(Coming(begin, tuple(weekdays), coming[0]))
    return found


def _span(by_hour: Sequence[Sequence[ReachLine]], coming: Coming) -> BestHours:
    """Return the calls of all weekdays on which people work throughout these hours."""
    begin, weekdays, day = coming
    inside = [each for lines in by_hour for each in lines if each.weekday in weekdays]
    return BestHours(
        begin=begin,
        end=begin + SPAN,
        weekdays=weekdays,
        reached=sum(each.reached for each in inside),
        calls=sum(each.calls for each in inside),
        day=day,
    )
