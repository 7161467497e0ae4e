"""Kept promises: how punctual the calls of a question began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from appoints.display.chips import range_words
from appoints.display.insight.punctuality import (
    Before,
    BeforeState,
    PunctualityFigures,
    punctuality_figures,
)
from appoints.forms.bind import Question
from appoints.insight.line import FigureLine
from appoints.insight.punctuality import COLUMNS, PunctualityLine, punctuality_lines
from appoints.pages.insight.office_hours import DAY, working_time
from appoints.pages.insight.section import Section
from appoints.query.query import Query
from appoints.query.time_range import Window, midnight
from appoints.results.result import Result


class KeptPromises(Section):
    """How punctual calls began, compared with the range before once its rows are at hand."""

    name = "punctuality"
    title = _("Kept promises")
    about = _("How many calls began about when they were promised.")
    line = PunctualityLine
    leaves_out = ("late", "punctual")

    def questions(self) -> dict[str, Question]:
        found = {"rows": self.question}
        if self._before is not None:
            found["before"] = replace(self.question, query=self._before)
        return found

    @property
    def _before(self) -> Query | None:
        """The question of the range before, of equal length; None of a range that has no end."""
        query, window = self.question.query, self.question.window
        if window.begin is None or window.end is None:
            return None
        before = range_before(window.begin, window.end, self.question.zone)
        return self.question.fixed.but(
            preset="", begin=before.begin, end=before.end, states=query.wanted_states()
        )

    def lines(self, found: Mapping[str, Result]) -> Sequence[PunctualityLine]:
        before = found.get("before")
        return punctuality_lines(
            found["rows"].columns(*COLUMNS),
            settings.APPOINTS_PUNCTUAL,
            self.question.zone,
            delay=self._delay,
            before=before.columns(*COLUMNS) if before and before.is_whole else None,
        )

    def kept_lines(self, found: Mapping[str, Result]) -> Sequence[FigureLine]:
        """Return the lines, which working hours that end now make new each time."""
        return self.lines(found) if self.options.working else super().kept_lines(found)

    @property
    def _delay(self) -> pl.Expr | None:
        """The delay in working time, where that is asked for and there are working hours."""
        begin, now = self.question.window.begin, self.question.now
        if not self.options.working:
            return None
        # Calls begin after the range too, and some before it.
        first = (begin or now - 400 * DAY) - 7 * DAY
        working = working_time(self.question.connection, first, now + DAY)
        reserved, began = pl.col("appoint_time"), pl.col("call_begin")
        return None if working is None else working.between(reserved, began)

    def figures(
        self, lines: Sequence[PunctualityLine], found: Mapping[str, Result]
    ) -> PunctualityFigures:
        zone, before = self.question.zone, self._before
        return punctuality_figures(
            lines,
            self.question.query,
            Before(range_words(in_days(before, zone), zone) if before else "", _state_of(found)),
            round(settings.APPOINTS_PUNCTUAL.total_seconds() / 60),
            most=self.options.most,
            working=self._delay is not None,
        )


def _state_of(found: Mapping[str, Result]) -> BeforeState:
    """Return how much of the range before is at hand."""
    before = found.get("before")
    if before is None:
        return "missing"
    if before.is_loading:
        return "asked for"
    return "whole" if before.is_whole else "missing"


def range_before(begin: datetime, end: datetime, zone: ZoneInfo) -> Window:
    """Return the window of equal length before one: of as many local days where it is of days."""
    first, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    if (midnight(first, zone), midnight(last, zone)) == (begin, end):
        return Window(midnight(first - (last - first), zone), begin)
    return Window(begin - (end - begin), begin)


def in_days(query: Query, zone: ZoneInfo) -> Query:
    """Return a question with its range as days where it is of days, for words."""
    assert isinstance(query.begin, datetime) and isinstance(query.end, datetime)
    first, last = (each.astimezone(zone).date() for each in (query.begin, query.end))
    if (midnight(first, zone), midnight(last, zone)) != (query.begin, query.end):
        return query
    return query.but(begin=first, end=last - DAY)
