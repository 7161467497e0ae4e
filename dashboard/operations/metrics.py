"""``/metrics``, for a scraper that knows METRICS_TOKEN."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from dashboard.metrics import text


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer all metrics of this server; 401 without the token, 404 where none is set."""
    if not settings.METRICS_TOKEN:
        return _answer(HTTPStatus.NOT_FOUND)
    scheme, _space, sent = request.headers.get("Authorization", "").partition(" ")
    known = constant_time_compare(sent.strip(), settings.METRICS_TOKEN)
    if not (known and scheme.lower() == "bearer"):
        response = _answer(HTTPStatus.UNAUTHORIZED)
        response["WWW-Authenticate"] = "Bearer"
        return response
    response = HttpResponse(text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    response["Cache-Control"] = "no-store"
    return response


def _answer(status: HTTPStatus) -> HttpResponse:
    return HttpResponse(status.phrase, status=status, content_type="text/plain")
