"""When: the named ranges, the days gone by and any time, as links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.dateformat import format as formatted
from django.utils.functional import Promise
from django.utils.translation import pgettext

from appoints.labels import PRESET_WORDS
from appoints.query.presets import OVERDUE
from appoints.query.query import Query

DAYS = 7


@dataclass(frozen=True)
class PresetLinks:
    """Every named range, in place of the range of a question."""

    query: Query

    @property
    def links(self) -> Sequence[tuple[str, str | Promise, str]]:
        """The name, words and address of each."""
        return [(name, text, _preset(self.query, name)) for name, text in PRESET_WORDS.items()]


@dataclass(frozen=True)
class DayLinks:
    """The days before ``today``, a local date, in place of the range of a question."""

    query: Query
    today: date

    @property
    def links(self) -> Sequence[tuple[str, str]]:
        """The words and address of each, the last day first."""
        past = [self.today - number * timedelta(days=1) for number in range(1, DAYS + 1)]
        words = pgettext("day of a bar", "D j M")
        return [
            (
                formatted(each, words),
                self.query.but(preset="", begin=each, end=each).urlencode(),
            )
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
