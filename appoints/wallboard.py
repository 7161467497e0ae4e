"""The wallboard: what needs action, large, for a screen that everybody sees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from appoints import choices, neighbours, words
from appoints.cells import View
from appoints.charts import charts
from appoints.chips import chips
from appoints.failures import failure_of
from appoints.questions import Question, form_of, question_of
from appoints.results import browse
from appoints.results.errors import ERRORS
from appoints.results.result import NeedsWhole, Result
from appoints.tables import AppointTable
from dashboard.requests import SignedInRequest

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
        except (NeedsWhole, browse.TooLong):
            return _to_list(request)
        except ERRORS as error:
            return _failed(request, question, error)
        return _answer(request, context)


def _to_list(request: HttpRequest) -> HttpResponse:
    address = f"{reverse('appoints:list')}?{request.GET.urlencode()}"
    # A redirect of a part would put the list into the wallboard.
    kind = HttpResponseClientRedirect if "HX-Request" in request.headers else HttpResponseRedirect
    return kind(address)


def _failed(request: HttpRequest, question: Question, error: Exception) -> HttpResponse:
    failure = failure_of(error)  # type: ignore[arg-type]
    return _answer(request, _about(question) | {"failure": failure, "every": EVERY}, failure.status)


def _answer(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    # A part is swapped in only with 200; a page says by its status what is wrong.
    if "HX-Request" in request.headers:
        return render(request, "appoints/wallboard/answer.html", context)
    return render(request, "appoints/wallboard/page.html", context, status=status)


def _about(question: Question) -> dict[str, Any]:
    return {
        "address": question.query.urlencode(),
        "chips": chips(question.query, question.zone),
        "connection": question.connection,
        "zone": question.zone,
        "now": question.now.astimezone(question.zone),
    }


def _shown(question: Question, result: Result) -> dict[str, Any]:
    query, heard = question.query, result.error is None and result.mode != "loading"
    reasons = words.reasons(question.connection, platform=heard)
    tasks = neighbours.tasks(question.connection) if heard else {}
    return {
        "result": result,
        "chips": chips(query, question.zone, {"task": tasks}),
        "tiles": choices.tiles(result.facets, query) if result.facets else [],
        "to_act_on": [_calls(question, state) for state in TO_ACT_ON],
        **charts(question, result, reasons),
        "stale": failure_of(result.error) if result.error else None,  # type: ignore[arg-type]
        "age": words.span(timezone.now() - result.as_of) if result.as_of else "",
        "patterns": words.patterns(),
        "every": EVERY_LOADING if result.mode == "loading" else EVERY,
    }


def _calls(question: Question, state: str) -> dict[str, Any]:
    """Return the first calls in a state, by their time, and how many there are."""
    query = question.query.but(states=(state,), sort="", per_page=25)
    found = replace(question, query=query).ask(wait=0)
    view = View(question.zone, {}, query.urlencode())
    return {
        "state": state,
        "word": words.STATE_WORDS[state],
        "total": found.total,
        "address": query.urlencode(),
        "table": AppointTable(found.page(1, SHOWN), view, None, COLUMNS),
    }
