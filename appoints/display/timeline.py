"""A reservation's life: booked, reserved, called, ended, and the time between."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appoints.display.formats import clock, distance, duration
from appoints.isales.rows import TIMES

STEPS: Mapping[str, str | Promise] = {
    "create_time": gettext_lazy("Booked"),
    "appoint_time": gettext_lazy("Reserved for"),
    "call_begin": gettext_lazy("Call began"),
    "call_end": gettext_lazy("Call ended"),
}
# Where iSales need not have told of a call, or of its end.
NOT_YET = frozenset({"upcoming", "due", "calling", "overdue"})


class Step(NamedTuple):
    """A moment in a reservation's life.

    ``at`` is local, None where it is not known; then ``note`` says why, or what iSales sent.
    ``shown`` is the same in words, ``console`` in the zone of iSales' console if that is another.
    ``gap`` is the time since the step before in words, and ``late`` whether that was too long.
    """

    text: str | Promise
    at: datetime | None
    shown: str
    console: str
    planned: bool
    note: str
    gap: str
    late: bool


def steps(record: Mapping[str, Any], zone: ZoneInfo, console: ZoneInfo | None = None) -> list[Step]:
    """Return a reservation's life in the order in which it should happen."""
    gaps = {
        "appoint_time": _ahead(record),
        "call_begin": _delay(record),
        "call_end": _lasted(record),
    }
    return [
        Step(
            text=text,
            at=record[name] and record[name].astimezone(zone),
            shown=_in(zone, record[name]),
            console=_in(console, record[name]),
            planned=name == "appoint_time",
            note=_note(name, record),
            gap=gaps.get(name, ""),
            late=name == "call_begin" and bool(record["late"]),
        )
        for name, text in STEPS.items()
    ]


def _in(zone: ZoneInfo | None, moment: datetime | None) -> str:
    return "" if zone is None or moment is None else clock(moment.astimezone(zone), exact=True)


def _note(name: str, record: Mapping[str, Any]) -> str:
    """Return how far off the plan is, or why a moment is not known."""
    if record[name] is not None:
        far = name == "appoint_time" and record["call_begin"] is None
        return distance(record[name], record["fetched_at"]) if far else ""
    odd = json.loads(record["odd"]) if record["odd"] else {}
    if TIMES[name] in odd:
        return str(odd[TIMES[name]])
    if name == "call_begin" and record["state"] == "overdue":
        return _("not called, or not reported")
    if name in ("call_begin", "call_end") and record["state"] in NOT_YET:
        return _("not yet")
    return _("not reported")


def _ahead(record: Mapping[str, Any]) -> str:
    length = _between(record, "create_time", "appoint_time")
    if length is None:
        return ""
    if length < timedelta(0):
        return _("booked %s after its time") % duration(length)
    return _("booked %s ahead") % duration(length)


def _delay(record: Mapping[str, Any]) -> str:
    length = _between(record, "appoint_time", "call_begin")
    if length is None:
        return ""
    if abs(length) < timedelta(seconds=1):
        return _("on time")
    if length < timedelta(0):
        return _("%s early") % duration(length)
    if record["late"]:
        return _("%s late") % duration(length)
    return _("%s after its time, in time") % duration(length)


def _lasted(record: Mapping[str, Any]) -> str:
    length = _between(record, "call_begin", "call_end")
    if length is None:
        return ""
    if length < timedelta(0):
        return _("ended %s before it began") % duration(length)
    if record["state"] == "reached":
        return _("talked %s") % duration(length)
    return _("lasted %s") % duration(length)


def _between(record: Mapping[str, Any], first: str, second: str) -> timedelta | None:
    begin, end = record[first], record[second]
    return None if begin is None or end is None else end - begin
