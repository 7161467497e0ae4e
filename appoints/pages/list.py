"""The list of reserved calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appoints.access.number_token import shown
from appoints.connections import lookups
from appoints.connections.failures import Failure
from appoints.display import preset_links
from appoints.display.call_again import Advice, advice
from appoints.display.cell_kinds import Record
from appoints.display.cells import CellOptions
from appoints.display.charts import charts
from appoints.display.chips import Names, chips
from appoints.display.clock import clock_of
from appoints.display.empty import EmptyState
from appoints.display.links import link_builder
from appoints.display.pagination import Pager
from appoints.display.preset_links import DayLinks, PresetLinks
from appoints.display.table import AppointTable, known
from appoints.display.tiles import tiles_of
from appoints.forms.submit import address_of, posted
from appoints.pages.contexts import Failed, ListContext, Rows
from appoints.pages.explaining import REFRESH, ExplainingView
from appoints.pages.freshness import days_in_words, seconds_since, seconds_until, stale
from appoints.pages.insight.office_hours import working_ahead
from appoints.query.filters import PER_PAGE
from appoints.query.presets import OVERDUE
from appoints.query.query import Query
from appoints.results import facets, passthrough
from appoints.results.absent import absent
from appoints.results.filtering import BOTH
from appoints.results.result import NeedsWhole, Result
from appoints.results.version import Unchanged
from appoints.saved_views.menu import columns_of, view_called, view_menu_of

NEEDS_WHOLE = gettext_lazy(
    "This needs the whole result, which is too large here: narrow the range, or leave it out."
)
POLL = 1  # seconds between two looks at a result that is being loaded
# Seconds that such a look waits at the most: enough to take a load over from a dead worker, and so
# short that many viewers do not hold all threads.
POLL_WAIT = 0.5


class ListPage(ExplainingView):
    """A page of what is asked for; a posted form is checked and becomes an address."""

    http_method_names = ["get", "head", "post"]

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Lead to the address of a form."""
        if (refusal := self.bind(posted(self.request.POST))) is not None:
            return refusal
        address = address_of(self.form, self.scope)
        if address is None:
            return self.invalid()
        # 303, so that a reload of the page does not send the form again.
        return HttpResponseRedirect(f"{request.path}?{address.partition('?')[2]}", status=303)

    def respond(self) -> HttpResponse:
        """Ask for newer rows first where a person wants them."""
        if REFRESH in self.request.GET:
            self.question.request_refresh()
            if not self.request.htmx:
                address = self.question.query.urlencode()
                return HttpResponseRedirect(f"{self.request.path}?{address}")
        try:
            return super().respond()
        except Unchanged:
            return HttpResponse(status=204)

    def ask(self) -> Result:
        if not self.request.htmx:
            return super().ask()
        return self.question.ask(wait=POLL_WAIT, is_brief=True, known=self.known)

    @property
    def known(self) -> str:
        """The version of the rows that the page shows."""
        return self.request.headers.get("If-None-Match", "")

    def refused(self, refusal: NeedsWhole | passthrough.TooLong) -> HttpResponse:
        """Show the filters that cannot be applied to a result as large as this."""
        if isinstance(refusal, NeedsWhole):
            for name in refusal.names:
                self.form.form.add_error(name, NEEDS_WHOLE)
        else:
            self.form.form.add_error("per_page", _("At most %s rows a page here.") % refusal.most)
        return self.wrong_form(self._question_context())

    def failed(self, failure: Failure) -> HttpResponse:
        answer = Failed(failure=failure, at=self.question.now)
        context = replace(self._question_context(), answer=answer)
        return self.retried(context.response(self.request, failure.status), failure)

    def answered(self, result: Result) -> HttpResponse:
        asks_by_itself = self.request.htmx.trigger == "answer" and not self.known
        if result.refreshing and asks_by_itself:
            # It asks for newer rows only; to swap in the same ones would close what is open.
            return HttpResponse(status=204)
        question = self.question
        query, ask_names = question.query, result.may_ask_names
        tasks = question.task_names() if ask_names else {}
        reasons = lookups.reasons(question.connection, ask=ask_names)
        agents = result.facets["agents"] if result.facets and query.agents else []
        own = facets.names(result.facets["task"]) if result.facets and query.task else {}
        names = {"task": {**own, **tasks}, "agents": facets.names(agents)}
        return replace(
            self._question_context(),
            chips=chips(query, question.zone, names),
            absent=absent(result, query),
            controls=self.controls(result, tasks, reasons),
            answer=self._rows(result, reasons, names),
        ).response(self.request)

    def _question_context(self) -> ListContext:
        """Return the context of a question, without its answer."""
        question = self.question
        query = question.query
        return replace(
            self.base_context(),
            view_menu=None
            if self.request.htmx
            else view_menu_of(self.request.user, self.scope, query.view, query),
            query=query,
            address=query.urlencode(),
            connection=question.connection,
            chips=chips(query, question.zone),
            zone=question.zone,
            preset_links=PresetLinks(query.but()),
            day_links=DayLinks(query.but(), question.now.astimezone(question.zone).date()),
            any_time=preset_links.any_time(query),
            number=shown(query.number),
            cleared=preset_links.cleared(query),
        )

    def _rows(self, result: Result, reasons: Mapping[str, str], names: Names) -> Rows:
        question = self.question
        query, zone = question.query, question.zone
        user = self.request.user
        view = view_called(user, self.scope, query.view)
        columns = known(columns_of(view, user))
        pager, records = self._page(result, columns)
        options = self._cell_options(reasons, self._advice(result, records, columns))
        empty = result.is_whole and not result.total
        return Rows(
            result=result,
            pager=pager,
            table=_table(result, records, options, query, columns),
            tiles=tiles_of(result, query),
            charts=charts(question, result, reasons),
            empty_state=EmptyState(query, result, zone, names) if empty else None,
            clock=clock_of(question, result.as_of, records, columns, newest=result.newest),
            link_builder=link_builder(question, view, self.request.build_absolute_uri("/")),
            stale=stale(result, zone),
            behind=days_in_words(result.behind, zone),
            seconds=seconds_since(result.as_of),
            fresh=seconds_until(result.fresh_until),
            newer=seconds_until(result.newer_from),
            poll=POLL if result.is_loading or result.refreshing else 0,
            compared=query.but(repeats=BOTH).urlencode(),
        )

    def _advice(
        self, result: Result, records: Sequence[Record], columns: Sequence[str]
    ) -> Mapping[str | None, Advice]:
        """Return when to call again, by cause group, where the table says how calls came out."""
        if "fail_code" not in columns:
            return {}
        return advice(result, self.question, records, partial(working_ahead, self.question))

    def _cell_options(
        self, reasons: Mapping[str, str], told: Mapping[str | None, Advice]
    ) -> CellOptions:
        question, query = self.question, self.question.query
        # The preset of overdue calls would leave out all others of a number.
        of_range = question.fixed.of_range if query.preset == OVERDUE else query.of_range
        return CellOptions(
            zone=question.zone,
            reasons=reasons,
            address=query.urlencode(),
            masked=self.scope.masked,
            advice=told,
            range=of_range.urlencode(),
        )

    def _page(
        self, result: Result, columns: Sequence[str]
    ) -> tuple[Pager, list[dict[str, object]]]:
        """Return the page of a result, and its records."""
        query, connection = self.question.query, self.question.connection
        size, sizes = query.per_page, tuple(PER_PAGE)
        if result.is_browsing:
            size = passthrough.size_of(connection, query)
            sizes = tuple(passthrough.sizes(connection))
        records = result.page(query.page, size, attempts="attempt" in columns)
        return Pager(query, result.total, size, len(records), sizes), records


def _table(
    result: Result,
    records: Sequence[Record],
    options: CellOptions,
    query: Query,
    columns: Sequence[str],
) -> AppointTable:
    """Return the table of a page; only of a whole result it can be sorted, and its rows kept."""
    if not result.is_whole:
        return AppointTable(records, options, None, columns)
    return AppointTable(records, options, query, columns, result.selection.made)
