"""The hours of the day at which calls reach most people, within working hours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from appoints.insight.reach import FEWEST, ReachLine

SPAN = 2  # hours
WEEK = 7  # days

# Tells of a weekday, 1 for Monday, and an hour whether people work then.
WorkingHours = Callable[[int, int], bool]


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


def always(weekday: int, hour: int) -> bool:
    """Tell that people work at every hour."""
    return True


def best_hours(
    lines: Sequence[ReachLine], now: datetime, working: WorkingHours = always
) -> BestHours | None:
    """Return the hours in which the largest share of calls reached somebody; ``now`` is local.

    Of equal ones those of more calls, then the earlier ones. None where no hours have enough calls
    to tell, or none of these reached anybody.
    """
    found = [_span(lines, begin, now, working) for begin in range(24 - SPAN + 1)]
    told = [each for each in found if each and each.calls >= FEWEST and each.reached]
    return max(told, key=lambda each: (each.reached / each.calls, each.calls), default=None)


def _span(
    lines: Sequence[ReachLine], begin: int, now: datetime, working: WorkingHours
) -> BestHours | None:
    """Return the calls of all weekdays on which people work throughout these hours."""
    hours = range(begin, begin + SPAN)
    days = [day for day in range(1, WEEK + 1) if all(working(day, hour) for hour in hours)]
    inside = [each for each in lines if each.weekday in days and each.hour in hours]
    coming = [
        each
        for each in (now.date() + timedelta(days=ahead) for ahead in range(WEEK + 1))
        if each.isoweekday() in days and (each > now.date() or hours.stop > now.hour)
    ]
    if not coming:
        return None
    return BestHours(
        begin=begin,
        end=hours.stop,
        weekdays=tuple(days),
        reached=sum(each.reached for each in inside),
        calls=sum(each.calls for each in inside),
        day=coming[0],
    )
