"""The filters in force as a sentence of parts, each with the address without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.access.number_token import shown
from appoints.display.formats import clock, day, isolated, time_of_day
from appoints.labels import PRESET_WORDS
from appoints.query.filters import FILTERS
from appoints.query.parameters import Filter
from appoints.query.presets import OVERDUE
from appoints.query.query import Query
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
    for name, each in FILTERS.items():
        for words, rest in _filter_parts(each, getattr(query, name), names.get(name, {})):
            yield words, {name: rest}
    for name, each in FILTERS.items():
        if query.lacks(name):
            yield str(each.without), {"without": _less(query.without, each.name)}


def _filter_parts(
    filter_: Filter, value: Any, names: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    """Yield each value of a filter in words, with the value of its field without it."""
    if filter_.one_list and value:
        yield _list(filter_, value, names), ()
    elif isinstance(value, tuple):
        for each in value:
            yield _value(filter_, each, names), _less(value, each)
    elif value:
        yield _value(filter_, value, names), type(value)()


def _value(filter_: Filter, value: str, names: Mapping[str, str]) -> str:
    if filter_.is_choice:
        return str(filter_.words.get(value, value))
    if filter_.kind == "flag":
        return str(filter_.chip)
    if filter_.kind == "number":
        value = shown(value)
    return str(filter_.chip) % isolated(names.get(value, value).strip())


def _list(filter_: Filter, values: tuple[str, ...], names: Mapping[str, str]) -> str:
    count = len(values)
    if count > NAMED:
        return ngettext("%d agent", "%d agents", count) % count
    return str(filter_.chip) % ", ".join(isolated(names.get(each, each)) for each in values)


def _preset(name: str) -> str:
    if name != OVERDUE:
        return str(PRESET_WORDS[name])
    days = settings.APPOINTS_OVERDUE_DAYS
    return ngettext("Overdue of the last %d day", "Overdue of the last %d days", days) % days


def _less(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(each for each in values if each != value)
