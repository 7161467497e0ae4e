"""When a call centre works: hours of each weekday, and holidays.

Written as ``Mon-Fri 09:00-18:00, Sat 10:00-14:00``; several spans of one day are several entries,
and one that ends before it begins goes on after midnight. Times are those of the connection's zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from appoints.query.time_range import Window, from_local
from dashboard.accounts.zone_names import zone_called

if TYPE_CHECKING:
    from appoints.connections.models import Connection

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ENTRY = re.compile(
    r"(?P<first>[a-z]{3})(?:\s*-\s*(?P<last>[a-z]{3}))?\s+"
    r"(?P<begin>\d{1,2}:\d\d)\s*-\s*(?P<end>\d{1,2}:\d\d)"
)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingHours:
    """Spans of each weekday, Monday first, as lengths of time from midnight; and holidays."""

    spans: tuple[tuple[tuple[timedelta, timedelta], ...], ...]
    holidays: frozenset[date]

    def windows(self, first: date, last: date, zone: ZoneInfo) -> list[Window]:
        """Return the working time of local days, both included, in order and without overlaps.

        A span that goes on after midnight belongs to the day on which it begins.
        """
        days = (first + number * DAY for number in range((last - first).days + 1))
        return self._joined(days, zone)

    def windows_around(self, days: Iterable[date], zone: ZoneInfo) -> list[Window]:
        """Return the same of any local days and those before them, from which spans reach over."""
        return self._joined(sorted({day - n * DAY for day in days for n in (0, 1)}), zone)

    def _joined(self, days: Iterable[date], zone: ZoneInfo) -> list[Window]:
        found: list[Window] = []
        for window in (each for day in days for each in self._of_day(day, zone)):
            begin, end = window
            assert begin and end
            if found and (before := found[-1]).end and begin <= before.end:
                found[-1] = Window(before.begin, max(end, before.end))
            elif begin < end:
                found.append(window)
        return found

    def _of_day(self, day: date, zone: ZoneInfo) -> Iterator[Window]:
        if day not in self.holidays:
            midnight = datetime.combine(day, time.min)
            for begin, end in self.spans[day.weekday()]:
                yield Window(from_local(midnight + begin, zone), from_local(midnight + end, zone))


class Office(NamedTuple):
    """The working hours of a connection, and the zone whose times they are."""

    hours: WorkingHours
    zone: ZoneInfo


def office_of(connection: Connection) -> Office | None:
    """Return when a connection's people work; None where no hours are set that can be read."""
    try:
        hours = working_hours(connection.working_hours, connection.holidays)
        return Office(hours, zone_called(connection.time_zone)) if hours else None
    except (ValidationError, ValueError):
        return None


@lru_cache(maxsize=64)
def working_hours(hours: str, holidays: str) -> WorkingHours | None:
    """Return what is written; None where no hours are. Raises ValidationError."""
    spans: list[list[tuple[timedelta, timedelta]]] = [[] for _day in DAYS]
    for entry in filter(None, (each.strip() for each in re.split(r"[,;\n]", hours))):
        days, span = _entry(entry)
        for day in days:
            spans[day].append(span)
    if not any(spans):
        return None
    return WorkingHours(tuple(tuple(sorted(each)) for each in spans), _holidays(holidays))


def _entry(entry: str) -> tuple[list[int], tuple[timedelta, timedelta]]:
    """Return the weekdays of an entry, Monday as 0, and its span. Raises ValidationError."""
    found = ENTRY.fullmatch(entry.lower())
    wrong = ValidationError(
        _("“%s” is not like Mon-Fri 09:00-18:00.") % entry, code="working_hours"
    )
    if found is None or {found["first"], found["last"] or "mon"} - set(DAYS):
        raise wrong
    first = DAYS.index(found["first"])
    last = DAYS.index(found["last"] or found["first"])
    begin, end = _length(found["begin"]), _length(found["end"])
    if begin is None or end is None or begin == end:
        raise wrong
    count = (last - first) % len(DAYS) + 1
    days = [(first + number) % len(DAYS) for number in range(count)]
    return days, (begin, end if end > begin else end + DAY)


def _length(text: str) -> timedelta | None:
    hours, minutes = map(int, text.split(":"))
    length = timedelta(hours=hours, minutes=minutes)
    return length if minutes < 60 and length <= DAY else None


def _holidays(text: str) -> frozenset[date]:
    """Return the days that are written, separated by spaces or commas. Raises ValidationError."""
    found = set()
    for each in re.split(r"[\s,;]+", text.strip()):
        try:
            found |= {date.fromisoformat(each)} if each else set()
        except ValueError:
            raise ValidationError(
                _("“%s” is not a day like 2026-12-25.") % each, code="holidays"
            ) from None
    return frozenset(found)
