"""Local times and the moments they stand for, daylight saving included."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

# A bound as somebody wrote it: a day, a local time, or a time with its offset.
Bound = date | datetime

SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# From 1999 on, and no day or time in ISO 8601.
MILLISECONDS = re.compile(r"9[4-9][0-9]{10}|[0-9]{13}")
# Python reads 09.30 as three tenths of an hour after nine, dropped to seconds: people mean 09:30.
PART_OF_HOUR = re.compile(r"[^\d:]\d\d(?::?\d\d)?[.,]")
DAYS_END = re.compile(r"([0-9W-]+[T ])24((?::?00){0,2}(?:[.,]0+)?(?:Z|[+-].*)?)", re.IGNORECASE)


class Window(NamedTuple):
    """Aware UTC moments, ``begin`` included and ``end`` excluded; None is open."""

    begin: datetime | None
    end: datetime | None

    def holds(self, other: Window) -> bool:
        """Tell whether another window lies in this one."""
        after = self.begin is None or (other.begin is not None and self.begin <= other.begin)
        return after and (self.end is None or (other.end is not None and other.end <= self.end))


EVER = Window(None, None)


def parse_bound(text: str) -> Bound:
    """Return the bound that ISO 8601 text or epoch milliseconds mean. Raises ValueError.

    The hour 24 is the end of a day; a space where the ``+`` of an offset stood is what a
    form-decoded address makes of it.
    """
    text = text.strip()
    if MILLISECONDS.fullmatch(text):
        return EPOCH + timedelta(milliseconds=int(text))
    with suppress(ValueError):
        return date.fromisoformat(text)
    return _time(text)


def _time(text: str) -> datetime:
    if PART_OF_HOUR.search(text):
        message = f"{text} has a part of an hour or a minute"
        raise ValueError(message)
    head, _, offset = text.rpartition(" ")
    if ":" in head:
        text = f"{head}+{offset}"
    midnight_after = DAYS_END.fullmatch(text)
    if midnight_after:
        text = f"{midnight_after[1]}00{midnight_after[2]}"
    try:
        bound = datetime.fromisoformat(text)
        if midnight_after:
            bound += timedelta(days=1)
        bound.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error
    return bound


def moment(bound: Bound, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """Return the UTC moment of a bound; a day alone as ``end`` means the end of that day."""
    if not isinstance(bound, datetime):
        return midnight(bound + timedelta(days=1) if end else bound, zone)
    if bound.tzinfo is not None:
        return bound.astimezone(UTC)
    return from_local(bound, zone, later=end)


def local(bound: Bound, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """Return the local time of a bound, without its offset.

    Raises ValueError where a time without offset would not mean that bound any more: in the first
    of two equal hours, say.
    """
    meant = moment(bound, zone, end=end)
    naive = meant.astimezone(zone).replace(tzinfo=None)
    if moment(naive, zone, end=end) != meant:
        message = f"{naive} happens twice in {zone}"
        raise ValueError(message)
    return naive


# A page asks for the ends of its days, and of those of its connection.
@lru_cache(maxsize=1024)
def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a local day, in UTC."""
    return from_local(datetime.combine(day, time.min), zone)


def from_local(naive: datetime, zone: ZoneInfo, *, later: bool = False) -> datetime:
    """Return the UTC moment of a local time.

    A time that happens twice is the first, or the second with ``later``, so that a range holds
    both hours; a time that clocks skipped is the moment of the skip.
    """
    first = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first > second:
        return _skip_between(second, first, zone)
    return second if later else first


def _skip_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
