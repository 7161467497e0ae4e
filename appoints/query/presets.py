"""Named ranges, resolved at the moment somebody opens them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from appoints.query.time_range import Window, midnight

Resolve = Callable[[datetime, ZoneInfo], Window]

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def _ahead(span: timedelta) -> Resolve:
    return lambda now, zone: Window(now, now + span)


def _days(first: int, last: int) -> Resolve:
    """Return local days, counted from today, both included."""

    def resolve(now: datetime, zone: ZoneInfo) -> Window:
        today = now.astimezone(zone).date()
        return Window(midnight(today + first * DAY, zone), midnight(today + (last + 1) * DAY, zone))

    return resolve


def _rest_of_today(now: datetime, zone: ZoneInfo) -> Window:
    return Window(now, midnight(now.astimezone(zone).date() + DAY, zone))


def _this_month(now: datetime, zone: ZoneInfo) -> Window:
    first = now.astimezone(zone).date().replace(day=1)
    following = (first + 31 * DAY).replace(day=1)
    return Window(midnight(first, zone), midnight(following, zone))


OVERDUE = "overdue"
PRESETS: Mapping[str, Resolve] = {
    "next-15m": _ahead(15 * MINUTE),
    "next-1h": _ahead(60 * MINUTE),
    "rest-of-today": _rest_of_today,
    "today": _days(0, 0),
    "tomorrow": _days(1, 1),
    "yesterday": _days(-1, -1),
    "last-7d": _days(-6, 0),
    "next-7d": _days(0, 6),
    "this-month": _this_month,
}
NAMES = (OVERDUE, *PRESETS)


def resolve(name: str, now: datetime, zone: ZoneInfo, *, overdue_days: int) -> Window:
    """Return the window of a preset at an aware moment; ``overdue`` looks back ``overdue_days``."""
    now = now.astimezone(UTC)
    if name == OVERDUE:
        return Window(now - overdue_days * DAY, now)
    return PRESETS[name](now, zone)
