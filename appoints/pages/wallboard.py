"""The wallboard: what needs action, large, for a screen that everybody sees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from appoints import labels
from appoints.connections import lookups
from appoints.connections.failures import failure_of
from appoints.display import facets, formats
from appoints.display.cells import View
from appoints.display.charts import charts
from appoints.display.chips import chips
from appoints.display.clock import clock_of
from appoints.display.table import AppointTable
from appoints.forms.bind import Question, form_of, question_of
from appoints.isales.errors import FetchError
from appoints.results import passthrough
from appoints.results.result import NeedsWhole, Result
from dashboard.accounts.requests import SignedInRequest

EVERY = 30  # seconds between two refreshes
EVERY_LOADING = 2
SHOWN = 10  # calls of each kind at the most; the style sheet shows as many as fit the screen
COLUMNS = ("state", "appoint_time", "called_no", "agent_name")
TO_ACT_ON = ("overdue", "due")


@require_safe
def wallboard(request: SignedInRequest) -> HttpResponse:
    """Show what is asked for, large; what it cannot show, the list explains."""
    data = request.GET or QueryDict("preset=today")
    form = form_of(data, request.user, request.preferences)
    if not form.queryset.exists() or not form.is_valid():
        return _to_list(request)
    question = question_of(form)
    with timezone.override(question.zone):
        try:
            result = question.ask(wait=settings.APPOINTS_PAGE_WAIT)
            if result.mode == "browsing":
                return _to_list(request)
            context = _about(question) | _shown(question, result)
        except (NeedsWhole, passthrough.TooLong):
            return _to_list(request)
        except FetchError as error:
            return _failed(request, question, error)
        return _answer(request, context)


def _to_list(request: SignedInRequest) -> HttpResponse:
    address = request.GET.urlencode()
    if request.htmx:
        # A wall that goes to the list would never come back by itself.
        form = form_of(request.GET, request.user, request.preferences)
        return _answer(request, _about_now(form.zone) | {"refused": True, "address": address})
    return HttpResponseRedirect(f"{reverse('appoints:list')}?{address}")


def _failed(request: SignedInRequest, question: Question, error: FetchError) -> HttpResponse:
    failure = failure_of(error)
    return _answer(request, _about(question) | {"failure": failure}, failure.status)


def _answer(request: SignedInRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    # A part is swapped in only with 200; a page says by its status what is wrong.
    if request.htmx:
        return render(request, "appoints/_wallboard.html", context)
    return render(request, "appoints/wallboard.html", context, status=status)


def _about(question: Question) -> dict[str, Any]:
    return _about_now(question.zone) | {
        "address": question.query.urlencode(),
        "chips": chips(question.query, question.zone),
        "connection": question.connection,
    }


def _about_now(zone: ZoneInfo) -> dict[str, Any]:
    now = timezone.now().astimezone(zone)
    return {"zone": zone, "now": now, "as_of": now, "patterns": formats.patterns(), "every": EVERY}


def _shown(question: Question, result: Result) -> dict[str, Any]:
    query, heard = question.query, result.error is None and result.mode != "loading"
    reasons = lookups.reasons(question.connection, platform=heard)
    tasks = lookups.tasks(question.connection) if heard else {}
    to_act_on = [_calls(question, state) for state in TO_ACT_ON]
    records = [record for calls in to_act_on for record in calls["table"].data.data]
    return {
        "result": result,
        "chips": chips(query, question.zone, {"task": tasks}),
        "tiles": facets.tiles(result.facets, query) if result.facets else [],
        "to_act_on": to_act_on,
        "clock": clock_of(question, result.as_of, records, COLUMNS),
        **charts(question, result, reasons),
        "stale": failure_of(result.error) if result.error else None,
        "age": formats.span(timezone.now() - result.as_of) if result.as_of else "",
        **_age(result),
        "every": EVERY_LOADING if result.mode == "loading" else EVERY,
    }


def _age(result: Result) -> dict[str, Any]:
    """Return how old the rows are, and from which age on something must be wrong, in seconds."""
    if result.mode == "loading" or result.as_of is None:
        return {}
    fresh = (result.fresh_until or result.as_of) - result.as_of
    # A load takes a fifth of the time that its rows are fresh, and two refreshes may just miss it.
    limit = 1.5 * fresh.total_seconds() + 2 * EVERY
    seconds = abs((timezone.now() - result.as_of).total_seconds())
    return {"as_of": result.as_of, "seconds": round(seconds), "limit": round(limit)}


def _calls(question: Question, state: str) -> dict[str, Any]:
    """Return the first calls in a state, by their time, and how many there are."""
    query = question.query.but(states=(state,), sort="", per_page=25)
    found = replace(question, query=query).ask(wait=0)
    view = View(question.zone, {}, query.urlencode())
    return {
        "state": state,
        "word": labels.STATE_WORDS[state],
        "total": found.total,
        "address": query.urlencode(),
        "table": AppointTable(found.page(1, SHOWN), view, None, COLUMNS),
    }
