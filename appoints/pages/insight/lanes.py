"""Lanes: the calls of a day, agent by agent, on a time line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
from django.urls import reverse
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from appoints.display.insight.day_span import span_of
from appoints.display.insight.figures import rows_link
from appoints.display.insight.lane_drawing import DrawnLanes, drawn_lanes
from appoints.display.insight.lanes import MOST_LANES, LaneFigures, agents_words
from appoints.forms.bind import Question
from appoints.insight.lanes import COLUMNS, LaneLine, lane_lines, lanes_of
from appoints.pages.insight.section import FigureOptions, Section
from appoints.query.time_range import midnight
from appoints.results.result import Result

DAY = timedelta(days=1)


class Lanes(Section):
    """A day's calls by agent: the day of the address, today, or the last one of the range."""

    name = "lanes"
    title = _("Lanes")
    about = _("The calls of a day, agent by agent. Each mark leads to its call.")
    line = LaneLine

    def __init__(self, question: Question, options: FigureOptions) -> None:
        super().__init__(question, options)
        self.day = options.day or self._usual_day(self.question)
        states = self.question.query.wanted_states()
        query = self.question.query.but(preset="", begin=self.day, end=self.day, states=states)
        self.question = replace(self.question, query=query)

    @staticmethod
    def _usual_day(question: Question) -> date:
        now, (begin, end) = question.now, question.window
        if begin and begin > now:
            now = begin
        elif end and end <= now:
            now = end - timedelta(milliseconds=1)
        return now.astimezone(question.zone).date()

    def lines(self, found: Mapping[str, Result]) -> Sequence[LaneLine]:
        return lane_lines(lanes_of(found["rows"].columns(*COLUMNS)))

    def shown(self, found: Mapping[str, Result]) -> LaneFigures:
        """Return the lanes that a page shows; the calls of all others are not looked at."""
        result, first = found["rows"], self.options.first
        every = lanes_of(result.columns(*COLUMNS))
        lanes, last = every["lane"].n_unique(), first - 1 + MOST_LANES
        shown = every.filter(pl.col("lane").is_between(first - 1, last, closed="left"))
        drawn = self._drawn(shown, result.as_of)
        untimed, query = result.total - every.height, self.question.query
        return LaneFigures(
            day=formatted(self.day, pgettext("day of a bar", "D j M")),
            axis=drawn.axis,
            lanes=drawn.lanes,
            now=drawn.has_now,
            slots=drawn.minutes,
            untimed=rows_link(untimed, query.but(untimed=True)) if untimed else rows_link(0, None),
            before=self._address(self.day - DAY),
            after=self._address(self.day + DAY),
            earlier=self._address(self.day, first - MOST_LANES) if first > 1 else "",
            later=self._address(self.day, last + 1) if lanes > last else "",
            agents=agents_words(first, len(drawn.lanes), lanes),
        )

    def _drawn(self, shown: pl.DataFrame, now: datetime | None) -> DrawnLanes:
        zone, times = self.question.zone, shown["appoint_time"]
        ends = [each for each in (times.min(), times.max()) if isinstance(each, datetime)]
        span = span_of(ends, *(each.astimezone(zone) for each in self._ends()))
        return drawn_lanes(shown, self.question.query, span, now)

    def _ends(self) -> tuple[datetime, datetime]:
        zone = self.question.zone
        return midnight(self.day, zone), midnight(self.day + DAY, zone)

    def _address(self, day: date, first: int = 1) -> str:
        """Return the address of another day, or of other agents."""
        address = f"{self.asked.query.urlencode()}&day={day.isoformat()}"
        more = f"&first={first}" if first > 1 else ""
        return f"{reverse('insight:section', args=[self.name])}?{address}{more}"
