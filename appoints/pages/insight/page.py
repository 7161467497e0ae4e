"""The pages of Insight: all sections as they are seen, one section, and the report on paper."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from django.conf import settings
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.formats import date_format

from appoints.access.rights import EXPORT_FILES
from appoints.connections import lookups
from appoints.display.chips import chips
from appoints.forms.bind import Question
from appoints.pages import audit_trail
from appoints.pages.insight.contexts import InsightContext, SectionPart
from appoints.pages.insight.lanes import Lanes
from appoints.pages.insight.parts import empty_part, own_parameters, part_of
from appoints.pages.insight.section import MOST_LINES, FigureOptions
from appoints.pages.insight.sections import SECTIONS
from appoints.pages.list import POLL_WAIT, ListPage
from appoints.pages.wallboard import PANELS
from appoints.results import facets
from appoints.results.absent import absent
from appoints.results.result import Result

RANGE = ("preset", "from", "to")
DEFAULT_PRESET = "last-7d"
TODAY = {"preset": "today", "begin": None, "end": None}
ON_PAPER, ON_A_PAGE = 4, 200  # lines of a table; the file has all
OWN_PARAMETERS = frozenset({"working", "day", "first"})


def with_range(data: QueryDict) -> QueryDict:
    """Return the parameters of a question, of the last seven days where they name no time."""
    if any(data.get(name) for name in RANGE):
        return data
    given = data.copy()
    given["preset"] = DEFAULT_PRESET
    return given


def options_of(data: QueryDict, most: int = MOST_LINES) -> FigureOptions:
    """Return the options that an address says; what is none of theirs is as if it were not there.

    Raises ValueError where one is wrong.
    """
    working, day, first = (data.get(name) or "" for name in ("working", "day", "first"))
    if working not in ("", "1"):
        raise ValueError("working")
    number = int(first or 1)
    if number < 1:
        raise ValueError("first")
    return FigureOptions(
        working=bool(working),
        day=date.fromisoformat(day) if day else None,
        first=number,
        most=most,
    )


class InsightPage(ListPage):
    """All sections, each of which comes once it is seen; without scripts each is a link."""

    context = InsightContext
    own_parameters = OWN_PARAMETERS

    @property
    def names(self) -> Sequence[str]:
        """The sections of the page."""
        return tuple(SECTIONS)

    @property
    def data(self) -> QueryDict:
        return with_range(self.request.GET)

    @property
    def chosen(self) -> FigureOptions:
        """The options of the address; those of any other address are none."""
        with suppress(ValueError):
            return options_of(self.request.GET, self.most)
        return FigureOptions(most=self.most)

    @property
    def most(self) -> int:
        """How many lines of a table are shown."""
        return MOST_LINES

    def ask(self) -> Result:
        """Return what is at hand: the sections wait for the rest."""
        return self.question.ask(wait=0)

    def _question_context(self) -> InsightContext:
        address = f"{self.question.query.urlencode()}{own_parameters(self.chosen)}"
        context = super()._question_context()
        assert isinstance(context, InsightContext)
        return replace(
            context,
            index=f"{reverse('insight:index')}?{address}",
            report=f"{reverse('insight:report')}?{address}",
            repeats=self._repeats,
            wall=f"{self.question.query.but(**TODAY).urlencode()}&show={','.join(PANELS)}",
            today=date_format(self._today, "DATE_FORMAT"),
            working=self._working,
            is_working=self.chosen.working,
        )

    @property
    def _today(self) -> date:
        return self.question.now.astimezone(self.question.zone).date()

    @property
    def _repeats(self) -> str:
        """The address of the numbers that are promised more than once, one beside the other.

        Those of the next seven days too: what was promised twice is mended before it is called.
        """
        begin, end = self.question.window
        last = self._today + timedelta(days=6)
        asked = self.question.query.but(repeats=("open",), sort="called_no")
        if begin is not None:
            first = min(begin.astimezone(self.question.zone).date(), self._today)
            is_later = end is not None and end.astimezone(self.question.zone).date() > last
            asked = asked.but(preset="", begin=first, end=end if is_later else last)
        return asked.urlencode()

    @property
    def _working(self) -> str:
        """The address that tells delays the other way; empty without working hours."""
        if not self.question.connection.working_hours:
            return ""
        other = replace(self.chosen, working=not self.chosen.working)
        return f"{self.request.path}?{self.question.query.urlencode()}{own_parameters(other)}"

    def answered(self, result: Result) -> HttpResponse:
        question, query = self.question, self.question.query
        ask_names = result.may_ask_names
        tasks = question.task_names() if ask_names else {}
        reasons = lookups.reasons(question.connection, ask=ask_names)
        counted = result.facets or {}
        names = {
            "task": {**facets.names(counted.get("task", [])), **tasks},
            "agents": facets.names(counted.get("agents", [])),
        }
        context = replace(
            self._question_context(),
            chips=chips(query, question.zone, names),
            absent=absent(result, query),
            controls=self.controls(result, tasks, reasons),
        )
        return self.shown(context, {question: result}).response(self.request)

    def shown(self, context: InsightContext, known: dict[Question, Result]) -> InsightContext:
        """Return the context with its sections."""
        return replace(context, sections=[self._empty(name) for name in self.names])

    def _empty(self, name: str) -> SectionPart:
        section = SECTIONS[name](self.question, self.chosen)
        return empty_part(section, self.question, may_export=self._may_export)

    @property
    def _may_export(self) -> bool:
        return self.request.user.has_perm(EXPORT_FILES)

    def part(self, name: str, wait: float, known: dict[Question, Result]) -> SectionPart:
        """Return a section with what is at hand within ``wait`` seconds."""
        section = SECTIONS[name](self.question, self.chosen)
        may_export = self._may_export
        return part_of(section, self.question, wait=wait, may_export=may_export, known=known)


class FilledPage(InsightPage):
    """Sections with what is at hand within the time that a page waits."""

    def ask(self) -> Result:
        return self.question.ask(wait=settings.APPOINTS_PAGE_WAIT)

    def shown(self, context: InsightContext, known: dict[Question, Result]) -> InsightContext:
        parts = [self.part(name, settings.APPOINTS_PAGE_WAIT, known) for name in self.names]
        return replace(context, sections=parts, reload=max(part.poll for part in parts))


class SectionPage(FilledPage):
    """One section; to htmx just the section, without the page around it."""

    def bind(self, data: QueryDict) -> HttpResponse | None:
        if self.kwargs["section"] not in SECTIONS:
            raise Http404
        return super().bind(data)

    @property
    def names(self) -> Sequence[str]:
        """The section of the address."""
        return (self.kwargs["section"],)

    @property
    def most(self) -> int:
        """How many lines are shown: many on the section's own page, few on those of several."""
        asked_by = self.request.htmx.current_url_abs_path
        if asked_by is None or asked_by.startswith(self.request.path):
            return ON_A_PAGE
        return ON_PAPER if asked_by.startswith(reverse("insight:report")) else MOST_LINES

    def respond(self) -> HttpResponse:
        if not self.request.htmx:
            return super().respond()
        part = self.part(self.names[0], POLL_WAIT, {})
        context = self.base_context()
        assert isinstance(context, InsightContext)
        context = replace(context, connection=self.question.connection, sections=[part])
        if part.result is not None:
            audit_trail.look(self.request, self.question, part.result)
        return context.response(self.request)

    def shown(self, context: InsightContext, known: dict[Question, Result]) -> InsightContext:
        context = super().shown(context, known)
        return replace(context, one=context.sections[0])


class ReportPage(FilledPage):
    """Every section but the lanes at once, short: a morning's report on one sheet of paper."""

    @property
    def names(self) -> Sequence[str]:
        """The sections of the report."""
        return [name for name in SECTIONS if name != Lanes.name]

    @property
    def most(self) -> int:
        """How many lines of a table fit on the sheet."""
        return ON_PAPER

    def shown(self, context: InsightContext, known: dict[Question, Result]) -> InsightContext:
        return replace(super().shown(context, known), is_report=True)
