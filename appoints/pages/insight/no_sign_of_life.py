"""No sign of life: who has calls to make today, and of whom no call is known since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from appoints.display.insight.silence import SilenceFigures, silence_figures
from appoints.forms.bind import Question
from appoints.insight.silence import COLUMNS, SilenceLine, silence_lines
from appoints.pages.insight.office_hours import DAY, working_time
from appoints.pages.insight.section import OUTCOMES, FigureOptions, Section
from appoints.results.result import Result


class NoSignOfLife(Section):
    """Agents with due or overdue calls of today."""

    name = "silence"
    title = _("No sign of life")
    about = _(
        "Who has calls of today that are due or overdue. A manual call is known once the agent's"
        " desktop reports it; where the person is, nobody can tell from here."
    )
    line = SilenceLine
    leaves_out = OUTCOMES

    def __init__(self, question: Question, options: FigureOptions) -> None:
        super().__init__(question, options)
        today = self.question.query.but(preset="today", begin=None, end=None)
        self.question = replace(self.question, query=today)

    def lines(self, found: Mapping[str, Result]) -> Sequence[SilenceLine]:
        return silence_lines(found["rows"].columns(*COLUMNS))

    def figures(self, lines: Sequence[SilenceLine], found: Mapping[str, Result]) -> SilenceFigures:
        now = found["rows"].as_of or self.question.now
        return silence_figures(
            lines,
            self._waited([line.first_overdue for line in lines], now),
            self.question.query,
            self.question.zone,
            most=self.options.most,
            working=self.options.working and bool(self.question.connection.working_hours),
        )

    def _waited(
        self, firsts: Sequence[datetime | None], now: datetime
    ) -> Sequence[timedelta | None]:
        """Return for how long each has been overdue, in working time where that is asked for."""
        begin = self.question.window.begin
        if self.options.working and begin:
            working = working_time(self.question.connection, begin - DAY, now + DAY)
            if working is not None:
                return working.lengths(firsts, now)
        return [now - first if first else None for first in firsts]
