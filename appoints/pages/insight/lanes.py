"""Lanes: the calls of a day, agent by agent, on a time line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from appoints.display.insight.day_span import span_of
from appoints.display.insight.figures import rows_link
from appoints.display.insight.lane_drawing import LaneDrawing
from appoints.display.insight.lanes import MOST_LANES, LaneFigures, agents_words, by_agent
from appoints.forms.bind import Question
from appoints.insight.lanes import LaneLine, lane_lines
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
        return lane_lines(found["rows"].rows)

    def figures(self, lines: Sequence[LaneLine], found: Mapping[str, Result]) -> LaneFigures:
        zone, query = self.question.zone, self.question.query
        lanes, first = by_agent(lines), self.options.first
        shown = lanes[first - 1 : first - 1 + MOST_LANES]
        lined = [line for lane in shown for line in lane]
        times = [line.appoint_time for line in lined]
        span = span_of(times, *(each.astimezone(zone) for each in self._ends()))
        drawing = LaneDrawing(lined, query, span, found["rows"].as_of)
        untimed = found["rows"].total - len(lines)
        following = first + MOST_LANES if len(lanes) >= first + MOST_LANES else 0
        return LaneFigures(
            day=formatted(self.day, pgettext("day of a bar", "D j M")),
            axis=drawing.axis(),
            lanes=[drawing.lane(lane) for lane in shown],
            now=drawing.has_now,
            slots=drawing.minutes,
            untimed=rows_link(untimed, query.but(untimed=True)) if untimed else rows_link(0, None),
            before=self._address(self.day - DAY),
            after=self._address(self.day + DAY),
            earlier=self._address(self.day, first - MOST_LANES) if first > 1 else "",
            later=self._address(self.day, following) if following else "",
            agents=agents_words(first, len(shown), len(lanes)),
        )

    def _ends(self) -> tuple[datetime, datetime]:
        zone = self.question.zone
        return midnight(self.day, zone), midnight(self.day + DAY, zone)

    def _address(self, day: date, first: int = 1) -> str:
        """Return the address of another day, or of other agents."""
        address = f"{self.asked.query.urlencode()}&day={day.isoformat()}"
        more = f"&first={first}" if first > 1 else ""
        return f"{reverse('insight:section', args=[self.name])}?{address}{more}"
