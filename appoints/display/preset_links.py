"""When: the named ranges, the days gone by and any time, as links."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.dateformat import format as formatted
from django.utils.functional import Promise
from django.utils.translation import pgettext

from appoints.labels import PRESET_WORDS
from appoints.query.presets import OVERDUE
from appoints.query.query import Query

DAYS = 7


def presets(query: Query) -> list[tuple[str, str | Promise, str]]:
    """Return the name, words and address of every preset."""
    return [(name, text, _preset(query, name)) for name, text in PRESET_WORDS.items()]


def days(query: Query, now: datetime) -> list[tuple[str, str]]:
    """Return the words and address of each of the last days before today; ``now`` is local."""
    past = [(now - number * timedelta(days=1)).date() for number in range(1, DAYS + 1)]
    words = pgettext("day of a bar", "D j M")
    return [
        (formatted(each, words), query.but(preset="", begin=each, end=each).urlencode())
        for each in past
    ]


def any_time(query: Query) -> str:
    """Return where a number that is asked for in a range is looked for without one, if it is."""
    if not query.number or not (query.preset or query.begin or query.end):
        return ""
    return query.but(preset="", begin=None, end=None).urlencode()


def cleared(query: Query) -> str:
    """Return the address of all calls of today, of the same connection and zone."""
    return Query(connection=query.connection, preset="today", zone=query.zone).urlencode()


def _preset(query: Query, name: str) -> str:
    states = query.states
    if name == OVERDUE and states == (OVERDUE,):
        states = ()  # which the preset says itself
    return query.but(preset=name, begin=None, end=None, states=states).urlencode()
