"""Sections over the calls that are to come: the load, collisions, calls outside working hours."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from appoints.access.models import Grant
from appoints.access.row_filter import GrantedPart, RowFilter
from appoints.display.chips import range_words
from appoints.display.insight.ahead import (
    CollisionFigures,
    OutsideFigures,
    collision_figures,
    outside_figures,
)
from appoints.display.insight.load import LoadFigures, LoadRows, load_figures
from appoints.forms.bind import Question
from appoints.insight.collisions import COLUMNS as AHEAD_OF
from appoints.insight.collisions import (
    TALKED,
    CollisionLine,
    TalkTimes,
    collision_lines,
    talk_times,
)
from appoints.insight.load import COLUMNS as LOAD
from appoints.insight.load import LoadLine, load_lines, load_table
from appoints.insight.outside_hours import OutsideLine, outside_lines
from appoints.pages.insight.office_hours import working_windows
from appoints.pages.insight.section import LINE, OUTCOMES, FigureOptions, Section
from appoints.query.query import Query
from appoints.query.time_range import Window
from appoints.results.result import Result
from dashboard.accounts.models import Team

WEEK = timedelta(days=7)
QUARTER = 15  # minutes, at one of which the hours of every zone begin
AHEAD = ("due", "upcoming")


class AheadSection(Section):
    """Calls of today and the six days after it that are due or upcoming."""

    leaves_out = OUTCOMES

    def __init__(self, question: Question, options: FigureOptions) -> None:
        super().__init__(question, options)
        self.past = self._past(self.question)
        ahead = self.question.query.but(preset="next-7d", begin=None, end=None, states=AHEAD)
        self.question = replace(self.question, query=ahead)

    @staticmethod
    def _past(question: Question) -> Question:
        """Return the question that tells what is usual: of the range, as far as it is over.

        Where that is less than a week, it is of the week up to now, in which each weekday lies.
        """
        begin, end = question.window
        if begin is not None and min(end or question.now, question.now) - begin >= WEEK:
            return question
        first = (question.now.astimezone(question.zone) - WEEK).date()
        # The lines of just these rows are kept: a range that moves on each minute would keep none.
        week = question.query.but(preset="", begin=first, end=quarter_of(question.now))
        return replace(question, query=week)

    @property
    def over(self) -> Window:
        """The time that tells what is usual, which is over."""
        begin, end = self.past.window
        assert begin
        return Window(begin, min(end or self.past.now, self.past.now))

    @cached_property
    def teams(self) -> Mapping[str, RowFilter]:
        """The teams that have a part of the connection, of those that the person may see."""
        return _teams(self.question)

    @property
    def over_words(self) -> str:
        """That time in words."""
        begin, end = (each and each.replace(second=0) for each in self.over)
        return range_words(Query(begin=begin, end=end), self.past.zone)


class LoadAhead(AheadSection):
    """Reservations by hour against what is usually called in such an hour."""

    name = "load"
    title = _("The load ahead")
    about = _(
        "Reserved calls of each hour of the next seven days, beside what usually begins in such an "
        "hour."
    )
    line = LoadLine
    needed = ("rows", "past")

    def questions(self) -> dict[str, Question]:
        return {"rows": self.question, "past": self.past}

    def lines(self, found: Mapping[str, Result]) -> Sequence[LoadLine]:
        return load_lines(self._table(found))

    def kept_lines(self, found: Mapping[str, Result]) -> Sequence[LoadLine]:
        """Return the lines; what is kept is the table that they and the page's figures are of."""
        return self.lines(found)

    def shown(self, found: Mapping[str, Result]) -> LoadFigures:
        """Return the figures, for which few of the lines are needed."""
        query = self.question.query
        teams = {name: rows.asked(query) for name, rows in self.teams.items()}
        asked = LoadRows(query, self.question.zone, teams)
        return load_figures(self._table(found), asked, self.over_words, most=self.options.most)

    def _table(self, found: Mapping[str, Result]) -> pl.DataFrame:
        def made() -> pl.DataFrame:
            ahead, past = (found[name].columns(*LOAD) for name in self.needed)
            return load_table(ahead, past, self.over, self.question.zone, self.teams)

        return self.kept(found, made, lambda made: int(made.estimated_size()))

    @property
    def depends_on(self) -> Hashable:
        # Only hours that are over whole tell what is usual.
        begin, end = self.over
        return begin, end and quarter_of(end), tuple(self.teams.items())


class Collisions(AheadSection):
    """Agents with more calls at once than their talk time leaves room for."""

    name = "collisions"
    title = _("Too close together")
    about = _(
        "Agents with more calls of the next seven days reserved at once than the median talk time "
        "leaves room for."
    )
    line = CollisionLine
    needed = ("rows", "past")

    def questions(self) -> dict[str, Question]:
        return {"rows": self.question, "past": self.past}

    def lines(self, found: Mapping[str, Result]) -> Sequence[CollisionLine]:
        return collision_lines(found["rows"].columns(*AHEAD_OF), self._talked(found["past"]))

    def _talked(self, past: Result) -> TalkTimes:
        return past.selection.made(
            "talk times",
            lambda: talk_times(past.columns(*TALKED)),
            lambda made: len(made.own) * LINE,
        )

    def figures(
        self, lines: Sequence[CollisionLine], found: Mapping[str, Result]
    ) -> CollisionFigures:
        return collision_figures(
            lines,
            self._talked(found["past"]),
            self.question.query,
            self.question.zone,
            self.over_words,
            most=self.options.most,
        )


class OutsideHours(AheadSection):
    """Calls that are reserved for times at which nobody works."""

    name = "outside-hours"
    title = _("Outside working hours")
    about = _("Calls of the next seven days that are reserved for a time at which nobody works.")
    line = OutsideLine

    def lines(self, found: Mapping[str, Result]) -> Sequence[OutsideLine]:
        begin, end = self.question.window
        assert begin and end
        working = working_windows(self.question.connection, begin, end)
        if working is None:
            return []
        return outside_lines(found["rows"].columns("appoint_time"), working, Window(begin, end))

    @property
    def depends_on(self) -> Hashable:
        connection = self.question.connection
        hours = (connection.working_hours, connection.holidays, connection.time_zone)
        return hours, self.question.window

    def figures(self, lines: Sequence[OutsideLine], found: Mapping[str, Result]) -> OutsideFigures:
        return outside_figures(
            lines,
            self.question.query,
            self.question.zone,
            self.question.connection,
            most=self.options.most,
        )


def quarter_of(moment: datetime) -> datetime:
    """Return the begin of the quarter of an hour that a moment lies in."""
    begin = moment.minute // QUARTER * QUARTER
    return moment.replace(minute=begin, second=0, microsecond=0)


def _teams(question: Question) -> Mapping[str, RowFilter]:
    """Return the teams that have a part of the connection, of those that the person may see.

    Who sees everything sees all teams; anybody else their own.
    """
    scope = question.scope
    grants = Grant.objects.filter(connection=question.connection).select_related("team")
    if not scope.is_everything:
        grants = grants.filter(team__in=Team.objects.filter(name__in=scope.teams))
    parts: dict[str, list[GrantedPart]] = {}
    for grant in grants:
        part = GrantedPart(frozenset(grant.agents), frozenset(grant.tasks))
        parts.setdefault(grant.team.name, []).append(part)
    found = {name: RowFilter.of(own) for name, own in sorted(parts.items())}
    return {name: rows for name, rows in found.items() if not rows.is_everything}
