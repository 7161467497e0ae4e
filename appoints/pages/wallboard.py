"""The wallboard: what needs action, large, for a screen that everybody sees."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from appoints import labels
from appoints.connections import lookups
from appoints.connections.failures import Failure
from appoints.display import formats
from appoints.display.cells import CellOptions
from appoints.display.charts import charts
from appoints.display.chips import Chip, chips
from appoints.display.clock import clock_of
from appoints.display.intervals import INTERVALS
from appoints.display.limits import limits
from appoints.display.table import AppointTable
from appoints.display.tiles import tiles
from appoints.pages.base import ResultView
from appoints.pages.freshness import days_in_words, seconds_since, stale
from appoints.pages.insight.parts import part_of
from appoints.pages.insight.section import FigureOptions
from appoints.pages.insight.sections import SECTIONS
from appoints.pages.wallboard_contexts import Board, Calls, Notice, Panel, WallboardContext
from appoints.results.result import Result

REFRESH_SECONDS = 30  # seconds between two refreshes
LOADING_REFRESH_SECONDS = 2
SHOWN = 10  # calls of each kind at the most; the style sheet shows as many as fit the screen
COLUMNS = ("state", "appoint_time", "called_no", "agent_name")
MOST_SILENT = 6  # agents of a panel
PANELS = ("silence", "load")  # sections of Insight that a wall may show
TO_ACT_ON = ("overdue", "due")


class Wallboard(ResultView):
    """What is asked for, large; what it cannot show, the list explains."""

    @property
    def data(self) -> QueryDict:
        given = self.request.GET.copy()
        given.pop("show", None)
        return given or QueryDict("preset=today")

    @property
    def shown(self) -> list[str]:
        """The sections of Insight that stand in place of the charts, as the address says."""
        given = ",".join(self.request.GET.getlist("show")).split(",")
        return [name for name in PANELS if name in given]

    def to_list(self) -> HttpResponse:
        """Lead to the list; a wall only says so, for from the list it would never come back."""
        if not self.request.htmx:
            return super().to_list()
        notice = Notice(
            title=_("The wallboard cannot show this now."),
            advice=_("The list says why. This is asked again by itself."),
        )
        context = replace(
            self._base_context(self.form.zone), notice=notice, address=self.request.GET.urlencode()
        )
        return context.response(self.request)

    def failed(self, failure: Failure) -> HttpResponse:
        notice = Notice(title=failure.title, advice=failure.advice)
        chosen = chips(self.question.query, self.question.zone)
        context = replace(self._question_context(chosen), notice=notice)
        return self.retried(context.response(self.request, failure.status), failure)

    def answered(self, result: Result) -> HttpResponse:
        if result.is_browsing:
            return self.to_list()
        question = self.question
        tasks = question.task_names() if result.may_ask_names else {}
        context = self._question_context(chips(question.query, question.zone, {"task": tasks}))
        if result.is_loading:
            context = replace(context, every=LOADING_REFRESH_SECONDS)
        return _with_age(replace(context, board=self._board(result)), result).response(self.request)

    def _base_context(self, zone: ZoneInfo) -> WallboardContext:
        now = timezone.now().astimezone(zone)
        return WallboardContext(
            zone=zone,
            now=now,
            as_of=now,
            patterns=formats.patterns(),
            own=f"&show={','.join(self.shown)}" if self.shown else "",
            every=REFRESH_SECONDS,
            every_words=INTERVALS[REFRESH_SECONDS],
            address="",
            limits=limits(self.scope),
            unknown=self.form.unknown(),
        )

    def _question_context(self, chosen: list[Chip]) -> WallboardContext:
        return replace(
            self._base_context(self.question.zone),
            address=self.question.query.urlencode(),
            connection=self.question.connection,
            chips=chosen,
        )

    def _board(self, result: Result) -> Board:
        question = self.question
        reasons = lookups.reasons(question.connection, ask=result.may_ask_names)
        to_act_on = [self._calls(state) for state in TO_ACT_ON]
        records = [record for calls in to_act_on for record in calls.table.data.data]
        return Board(
            result=result,
            tiles=tiles(result.facets, question.query) if result.facets else [],
            to_act_on=to_act_on,
            charts=None if self.shown else charts(question, result, reasons),
            panels=[self._panel(name) for name in self.shown],
            clock=clock_of(question, result.as_of, records, COLUMNS),
            stale=stale(result, question.zone),
            behind=days_in_words(result.behind, question.zone),
        )

    def _panel(self, name: str) -> Panel:
        """Return a section of Insight; without figures while its rows are not at hand."""
        section = SECTIONS[name](self.question, FigureOptions(most=MOST_SILENT))
        part = part_of(section, self.question, wait=0, may_export=False, known={})
        return Panel(name=name, title=part.title, address=part.address, figures=part.figures)

    def _calls(self, state: str) -> Calls:
        """Return the first calls in a state."""
        question = self.question
        query = question.query.but(states=(state,), sort="", per_page=25)
        found = replace(question, query=query).ask(wait=0, is_brief=True)
        options = CellOptions(question.zone, {}, query.urlencode(), self.scope.masked)
        return Calls(
            state=state,
            word=labels.STATE_WORDS[state],
            total=found.total,
            address=query.urlencode(),
            table=AppointTable(found.page(1, SHOWN), options, None, COLUMNS),
        )


def _with_age(context: WallboardContext, result: Result) -> WallboardContext:
    """Say how old the rows are, and from which age on something must be wrong, in seconds."""
    if result.is_loading or result.as_of is None:
        return context
    fresh = (result.fresh_until or result.as_of) - result.as_of
    # A load takes a fifth of the time that its rows are fresh, and two refreshes may just miss it.
    limit = 1.5 * fresh.total_seconds() + 2 * REFRESH_SECONDS
    seconds = seconds_since(result.as_of)
    return replace(context, as_of=result.as_of, seconds=seconds, limit=round(limit))
