"""The pages: the list of reserved calls, and one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from appoints.connections import lookups
from appoints.connections.failures import failure_of
from appoints.connections.models import Connection
from appoints.display import facets as facet_menus
from appoints.display import presets
from appoints.display.cells import View
from appoints.display.charts import charts
from appoints.display.chips import chips
from appoints.display.clock import clock_of
from appoints.display.detail import Detail
from appoints.display.empty import Nothing
from appoints.display.formats import span
from appoints.display.pagination import Pager
from appoints.display.related import Others, Place
from appoints.display.table import AppointTable, known
from appoints.forms.bind import Question, form_of, question_of
from appoints.forms.filterset import AppointFilter
from appoints.forms.submit import address_of, posted
from appoints.isales.errors import FetchError
from appoints.query.filters import PER_PAGE
from appoints.query.query import Query
from appoints.results import facets, passthrough
from appoints.results.result import NeedsWhole, Result
from appoints.saved_views.menu import columns_of, shelf_of, view_called
from dashboard.accounts.requests import SignedInRequest

NEEDS_WHOLE = gettext_lazy(
    "This needs the whole result, which is too large here: narrow the range, or leave it out."
)
FORM_ONLY = frozenset({"csrfmiddlewaretoken"})
REFRESH = "refresh"  # of the link by which a person asks for newer rows; no part of an address
POLL = 1  # seconds between two looks at a result that is being loaded
# Seconds that such a look waits: enough to take a load over from a dead worker, and so short that
# many viewers do not hold all threads.
POLL_WAIT = 0.5


@require_http_methods(["GET", "HEAD", "POST"])
def appoint_list(request: SignedInRequest) -> HttpResponse:
    """Show a page of what is asked for; a posted form is checked and becomes an address."""
    data = posted(request.POST) if request.method == "POST" else request.GET
    form = form_of(data, request.user, request.preferences)
    context = _frame(form)
    if refusal := _unasked(request, form, context):
        return refusal
    if request.method == "POST":
        return _to_address(request, form, context)
    question = question_of(form)
    if REFRESH in request.GET:
        question.hurry()
        if not request.htmx:
            return HttpResponseRedirect(f"{request.path}?{question.query.urlencode()}")
    with timezone.override(question.zone):
        return _answer(request, form, question, context)


def _unasked(
    request: SignedInRequest, form: AppointFilter, context: dict[str, Any]
) -> HttpResponse | None:
    """Return what is said where there is nobody to ask, or a form that is wrong."""
    if not form.queryset.exists():
        context["dormant"] = Connection.objects.exists()
        return render(request, "appoints/no_connection.html", context)
    return None if form.is_valid() else _refused(request, context)


def _refused(request: SignedInRequest, context: dict[str, Any]) -> HttpResponse:
    """Show what was typed, with the errors beside the fields."""
    if request.htmx:
        # The form is not in the part that refreshes itself.
        return HttpResponseClientRefresh()
    if "shelf" not in context:
        context["shelf"] = shelf_of(request.user, context["form"].data.get("view", ""))
    return render(request, "appoints/list.html", context, status=400)


def _to_address(
    request: SignedInRequest, form: AppointFilter, context: dict[str, Any]
) -> HttpResponse:
    address = address_of(form)
    if address is None:
        return _refused(request, context)
    # 303, so that a reload of the page does not send the form again.
    return HttpResponseRedirect(address, status=303)


def _frame(form: AppointFilter) -> dict[str, Any]:
    """Return what the page around an answer shows, whether or not there is one."""
    return {
        "form": form.form,
        "connections": form.queryset,
        "unknown": form.unknown(FORM_ONLY | {REFRESH}),
        "zone": form.zone,
        # Of a form that is wrong only the way out is offered; _about knows what to keep.
        "preset_links": presets.presets(Query()),
        "facets": facet_menus.facets({}, Query(), {}),
    }


def _answer(
    request: SignedInRequest, form: AppointFilter, question: Question, context: dict[str, Any]
) -> HttpResponse:
    query, connection = question.query, question.connection
    fragment = request.htmx
    context |= _about(question)
    if not fragment:
        context["shelf"] = shelf_of(request.user, query.view, query)
    try:
        result = question.ask(wait=POLL_WAIT if fragment else settings.APPOINTS_PAGE_WAIT)
    except NeedsWhole as refused:
        for name in refused.names:
            form.form.add_error(name, NEEDS_WHOLE)
        return _refused(request, context)
    except passthrough.TooLong as refused:
        form.form.add_error("per_page", _("At most %s rows a page here.") % refused.most)
        return _refused(request, context)
    except FetchError as error:
        return _failed(request, _template(request), context, error)
    if result.refreshing and request.htmx.trigger == "answer":
        # It asks for newer rows only; to swap in the same ones would close what is open.
        return HttpResponse(status=204)
    heard = _heard(result)
    context |= _named(question, result, lookups.tasks(connection) if heard else {})
    columns = columns_of(view_called(request.user, query.view), request.user)
    context |= _shown(question, result, lookups.reasons(connection, platform=heard), known(columns))
    form.form.offer(facet_menus.offered(context["facets"]))
    return render(request, _template(request), context)


def _named(question: Question, result: Result, tasks: Mapping[str, str]) -> dict[str, Any]:
    """Return the filters in force by the names of what they choose, as far as these are known."""
    query = question.query
    lines = result.facets["agents"] if result.facets and query.agents else []
    names = {"task": tasks, "agents": facets.names(lines)}
    empty = result.mode == "whole" and not result.total
    return {
        "tasks": tasks,
        "chips": chips(query, question.zone, names),
        "absent": result.absent(query),
        "nothing": Nothing(query, result, question.zone, names) if empty else None,
    }


def _heard(result: Result) -> bool:
    """Tell whether iSales has answered and may be asked for names too.

    A bad key then costs one request, not three; and a load has the lines to itself.
    """
    return result.error is None and result.mode != "loading"


def _template(request: SignedInRequest) -> str:
    return "appoints/_answer.html" if request.htmx else "appoints/list.html"


def _about(question: Question) -> dict[str, Any]:
    query = question.query
    return {
        "query": query,
        "address": query.urlencode(),
        "connection": question.connection,
        "chips": chips(query, question.zone),
        "facets": facet_menus.facets({}, query, {}),
        "zone": question.zone,
        "now": question.now.astimezone(question.zone),
        "preset_links": presets.presets(query),
        "day_links": presets.days(query, question.now.astimezone(question.zone)),
        "any_time": presets.any_time(query),
        "cleared": Query(connection=query.connection, preset="today", zone=query.zone).urlencode(),
    }


def _failed(
    request: SignedInRequest, template: str, context: dict[str, Any], error: FetchError
) -> HttpResponse:
    failure = failure_of(error)
    # A page's own refresh is swapped in only with 200; a page says by its status what is wrong.
    status = 200 if request.htmx else failure.status
    # What only needs time is tried again by the page itself.
    context |= {"failure": failure, "poll": failure.retry_after or 0}
    response = render(request, template, context, status=status)
    if failure.retry_after is not None:
        response["Retry-After"] = str(failure.retry_after)
    return response


def _shown(
    question: Question, result: Result, reasons: Mapping[str, str], columns: Sequence[str]
) -> dict[str, Any]:
    """Return what shows a result: its page as a table, its counts, how much of the whole it is."""
    query = question.query
    size, offered = query.per_page, list(PER_PAGE)
    if result.mode == "browsing":
        size, offered = (
            passthrough.size_of(question.connection, query),
            passthrough.sizes(question.connection),
        )
    records = result.page(query.page, size)
    view = View(question.zone, reasons, query.urlencode())
    facets = facet_menus.facets(result.facets or {}, query, reasons)
    return {
        "result": result,
        "pager": Pager(query, result.total, size, len(records), offered),
        "table": AppointTable(records, view, query if result.mode == "whole" else None, columns),
        "tiles": facet_menus.tiles(result.facets, query) if result.facets else [],
        "facets": facets,
        **charts(question, result, reasons),
        "clock": clock_of(question, result.as_of, records, columns),
        "stale": failure_of(result.error) if result.error else None,
        "age": span(timezone.now() - result.as_of) if result.as_of else "",
        "seconds": _seconds_since(result.as_of),
        "fresh": _seconds_until(result.fresh_until),
        "newer": _seconds_until(result.newer_from),
        "poll": POLL if result.mode == "loading" or result.refreshing else 0,
    }


def _seconds_since(moment: datetime | None) -> int:
    """Return the whole seconds since a moment; of one ahead, which a wrong clock told, up to it."""
    return round(abs((timezone.now() - moment).total_seconds())) if moment else 0


def _seconds_until(moment: datetime | None) -> int:
    """Return the whole seconds up to a moment, none once it has passed."""
    return max(0, ceil((moment - timezone.now()).total_seconds())) if moment else 0


@require_safe
def appoint_detail(request: SignedInRequest, appoint_id: str) -> HttpResponse:
    """Show one reservation of what is asked for."""
    form = form_of(request.GET, request.user, request.preferences)
    context = _frame(form) | {"appoint_id": appoint_id}
    if refusal := _unasked(request, form, context):
        return refusal
    question = question_of(form)
    context |= _about(question)
    with timezone.override(question.zone):
        try:
            result = question.ask(wait=settings.APPOINTS_PAGE_WAIT)
        except (NeedsWhole, passthrough.TooLong):
            return render(request, "appoints/detail.html", context, status=404)
        except FetchError as error:
            return _failed(request, "appoints/detail.html", context, error)
        return _one(request, question, result, context)


def _one(
    request: HttpRequest, question: Question, result: Result, context: dict[str, Any]
) -> HttpResponse:
    appoint_id, query, zone = context["appoint_id"], question.query, question.zone
    record = result.find(appoint_id)
    left_out = record is None
    if record is None:
        # It may have changed since the list was shown: what was due is called meanwhile.
        record = result.find_in_range(appoint_id)
    context |= {"result": result, "place": Place(result, query, appoint_id), "left_out": left_out}
    if record is not None:
        reasons = lookups.reasons(question.connection, platform=_heard(result))
        context["detail"] = Detail(record, zone, reasons, question.console)
        context["clock"] = clock_of(question, result.as_of, [record])
        context["others"] = Others(result, query, record, zone, reasons)
    # While rows are still coming nobody can say that it is not among them.
    missing = record is None and result.mode != "loading"
    return render(request, "appoints/detail.html", context, status=404 if missing else 200)
