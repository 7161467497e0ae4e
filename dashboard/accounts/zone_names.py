"""The IANA time zones that a person can choose."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

UTC_TOO = frozenset({"Etc/UCT", "Etc/UTC", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"})


@cache
def zone_names() -> frozenset[str]:
    """Return every IANA name; cached, for the list is read from disk."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def zone_called(name: str) -> ZoneInfo:
    """Return the zone of an IANA name, UTC under this name whichever of its others is given.

    Raises ValueError for anything else, paths and NUL included.
    """
    if name not in zone_names():
        raise ValueError(f"unknown time zone: {name!r}")
    return ZoneInfo("UTC" if name in UTC_TOO else name)
