"""The filters in force as a sentence of parts, each with the address without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.display.formats import clock, day, isolated, time_of_day
from appoints.isales import codes
from appoints.labels import LACKED_WORDS, PRESET_WORDS, STATE_WORDS, word
from appoints.query.presets import OVERDUE
from appoints.query.query import LACKED, NAMES, Query
from appoints.query.time_range import Bound, moment

NAMED = 3  # agents; of more than these the chip tells the number only

# What a value is called, by the name of the question's field and the value.
Names = Mapping[str, Mapping[str, str]]


class Chip(NamedTuple):
    """A filter in words, and the query string of the question without it."""

    text: str
    without: str


def chips(query: Query, zone: ZoneInfo, names: Names | None = None) -> list[Chip]:
    """Return a chip for every filter but the connection; times are told in ``zone``."""
    parts = _parts(query, zone, names or {})
    return [Chip(text, query.but(**less).urlencode()) for text, less in parts]


def range_words(query: Query, zone: ZoneInfo) -> str:
    """Return the range of a question in words, in local times; empty without one."""
    begin = None if query.begin is None else _in(query.begin, zone)
    end = None if query.end is None else _in(query.end, zone, end=True)
    if begin is None or end is None:
        if begin is not None:
            return _("from %s") % isolated(_told(begin))
        return "" if end is None else _("to %s") % isolated(_told(end))
    if _told(begin) == _told(end):
        return _told(begin)
    if isinstance(begin, datetime) and isinstance(end, datetime) and begin.date() == end.date():
        return f"{isolated(_told(begin))} – {isolated(time_of_day(end))}"
    return f"{isolated(_told(begin))} – {isolated(_told(end))}"


def _in(bound: Bound, zone: ZoneInfo, *, end: bool = False) -> Bound:
    """Return a day as it is, and a time as it is in the zone, with its offset there."""
    return moment(bound, zone, end=end).astimezone(zone) if isinstance(bound, datetime) else bound


def _told(bound: Bound) -> str:
    return clock(bound) if isinstance(bound, datetime) else day(bound)


def _parts(query: Query, zone: ZoneInfo, names: Names) -> Iterator[tuple[str, dict[str, Any]]]:
    if query.preset:
        yield _preset(query.preset), {"preset": ""}
    if words := range_words(query, zone):
        yield words, {"begin": None, "end": None}
    if query.agents:
        yield _agents(query.agents, names.get("agents", {})), {"agents": ()}
    if query.number:
        yield _("number %s") % isolated(query.number.strip()), {"number": ""}
    if query.task:
        name = names.get("task", {}).get(query.task, query.task)
        yield _("task %s") % isolated(name), {"task": ""}
    yield from _local_parts(query)


def _preset(name: str) -> str:
    if name != OVERDUE:
        return str(PRESET_WORDS[name])
    days = settings.APPOINTS_OVERDUE_DAYS
    return ngettext("Overdue of the last %d day", "Overdue of the last %d days", days) % days


def _agents(agents: tuple[str, ...], names: Mapping[str, str]) -> str:
    count = len(agents)
    if count > NAMED:
        return ngettext("%d agent", "%d agents", count) % count
    return _("agent %s") % ", ".join(isolated(names.get(each, each)) for each in agents)


def _local_parts(query: Query) -> Iterator[tuple[str, dict[str, Any]]]:
    for state in query.states:
        yield str(STATE_WORDS[state]), {"states": _less(query.states, state)}
    if query.late:
        yield _("late"), {"late": False}
    if query.call_type:
        yield word(codes.CALL_TYPES, query.call_type), {"call_type": ""}
    for group in query.cause_groups:
        yield word(codes.GROUPS, group), {"cause_groups": _less(query.cause_groups, group)}
    for cause in query.causes:
        yield _("cause %s") % isolated(cause), {"causes": _less(query.causes, cause)}
    if query.text:
        yield _("with “%s”") % isolated(query.text), {"text": ""}
    for name in LACKED:
        if query.lacks(name):
            yield str(LACKED_WORDS[name]), {"without": _less(query.without, NAMES[name])}


def _less(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(each for each in values if each != value)
