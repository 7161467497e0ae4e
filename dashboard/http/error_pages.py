"""Pages for requests that failed: bad ones, defects, and trouble with the database."""

from __future__ import annotations

import re
import sys
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.views import defaults

from dashboard.accounts.requests import HtmxRequest
from dashboard.database import TROUBLES, kind_of

FOR_PROGRAMS = re.compile(r"/export\.\w+$|/api/v1/")


def database_trouble(request: HtmxRequest, kind: str) -> HttpResponse:
    """Answer with a page, plain text for programs, or a fragment for htmx."""
    trouble, status = TROUBLES[kind], HTTPStatus.SERVICE_UNAVAILABLE
    context = {"trouble": trouble, "kind": kind}
    if FOR_PROGRAMS.search(request.path):
        text = f"{trouble.title}\n{trouble.advice}\n"
        response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    elif request.htmx:
        # htmx swaps a fragment only with status 200.
        response = render(request, "dashboard/_database.html", context)
    else:
        response = render(request, "dashboard/database.html", context, status=status)
    response["Retry-After"] = str(trouble.retry_after)
    return response


def server_error(request: HtmxRequest) -> HttpResponse:
    """Answer an exception that no view caught."""
    kind = kind_of(sys.exc_info()[1])
    return database_trouble(request, kind) if kind else defaults.server_error(request)


def bad_request(request: HtmxRequest, exception: Exception) -> HttpResponse:
    """Answer a bad request. Django reports a session that could not be saved as one, too."""
    kind = kind_of(exception)
    return database_trouble(request, kind) if kind else defaults.bad_request(request, exception)
