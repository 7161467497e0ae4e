"""By which clock a page tells its times: the zone, and the offsets of just these times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeGuard

from appoints.display.formats import isolated, offsets_of, time_of_day
from appoints.forms.bind import Question
from appoints.query.columns import TIMES

ABOUT = timedelta(seconds=30)  # by which rows differ that were loaded one after the other


class Clock(NamedTuple):
    """The zone and the offsets of times; both empty of the console where its zone is the same.

    ``as_of`` is when the data are of, with its own offset where that is none of the times';
    ``newest`` the same of the newest of them, empty where these are no newer. ``at`` and ``moment``
    are for scripts: its time of day to the second, and all of it.
    """

    as_of: str
    zone: str
    offset: str
    console: str
    console_offset: str
    newest: str = ""
    at: str = ""
    moment: str = ""


def clock_of(
    question: Question,
    as_of: datetime | None,
    records: Iterable[Mapping[str, Any]],
    columns: Iterable[str] = TIMES,
    *,
    newest: datetime | None = None,
) -> Clock:
    """Return the clock of the times in some columns of records."""
    names = [name for name in columns if name in TIMES]
    moments = [record[name] for record in records for name in names if record[name] is not None]
    moments = moments or _ends(question)
    zone, console = question.zone, question.console
    offset = offsets_of(moment.astimezone(zone) for moment in moments)
    own = as_of and as_of.astimezone(zone)
    return Clock(
        isolated(_told(own, offset)) if own else "",
        zone.key,
        isolated(offset),
        console.key if console else "",
        isolated(offsets_of(at.astimezone(console) for at in moments)) if console else "",
        isolated(_told(newest.astimezone(zone), offset)) if _is_newer(newest, as_of) else "",
        f"{own:%H:%M:%S}" if own else "",
        own.isoformat() if own else "",
    )


def _ends(question: Question) -> list[datetime]:
    """Return the first and the last moment of the range, of an open one now."""
    begin, end = question.window
    last = end and end - timedelta(milliseconds=1)
    return [moment for moment in (begin, last) if moment] or [question.now]


def _told(as_of: datetime, offset: str) -> str:
    told, own = time_of_day(as_of, exact=True), f"{as_of:%z}"
    return told if own in offset or told.endswith(own) else f"{told} {own}"


def _is_newer(newest: datetime | None, as_of: datetime | None) -> TypeGuard[datetime]:
    return newest is not None and as_of is not None and newest - as_of > ABOUT
