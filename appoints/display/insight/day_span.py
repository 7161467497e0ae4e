"""The hours of a day that its calls lie in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

HOUR = timedelta(hours=1)


class DaySpan(NamedTuple):
    """The whole hours that a day's marks lie in; aware local moments."""

    begin: datetime
    end: datetime

    def place(self, moment: datetime) -> float:
        """Return where a moment lies, in hundredths of the width."""
        # In UTC: within one zone Python ignores that clocks change.
        return float((_utc(moment) - _utc(self.begin)) / self.length * 100)

    @property
    def length(self) -> timedelta:
        """How long it is, also where clocks change within it."""
        return _utc(self.end) - _utc(self.begin)

    def hours(self) -> list[datetime]:
        """Return the begin of each hour."""
        zone, first = self.begin.tzinfo, _utc(self.begin)
        return [
            (first + number * HOUR).astimezone(zone) for number in range(-(-self.length // HOUR))
        ]


def span_of(times: Sequence[datetime], begin: datetime, end: datetime) -> DaySpan:
    """Return the whole hours that hold all times, within the day's local begin and end."""
    if not times:
        return DaySpan(begin, end)
    hours = DaySpan(begin, end).hours()
    first, last = (
        [each for each in hours if _utc(each) <= moment][-1] for moment in (min(times), max(times))
    )
    return DaySpan(first, (_utc(last) + HOUR).astimezone(begin.tzinfo))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
