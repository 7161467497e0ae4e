"""A record of every request: counted for /metrics, and a line of the log where that is JSON.

It tells the route, never the address, which may hold a number, an ID or what was asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import Counter, Gauge, Histogram

from dashboard import timing
from dashboard.timing import Timing

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BEFORE_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)  # seconds; a file waits 50

REQUESTS = Counter(
    "reserved_calls_http_requests",
    "Requests that were answered.",
    ["route", "method", "status"],
)
SECONDS = Histogram(
    "reserved_calls_http_request_seconds",
    "Time to an answer; of a file, to its end.",
    ["route"],
    buckets=BUCKETS,
)
IN_PROGRESS = Gauge(
    "reserved_calls_http_requests_in_progress",
    "Requests that hold a thread now.",
    multiprocess_mode="livesum",
)

logger = logging.getLogger(__name__)


class RequestRecordMiddleware:
    """Record each request. Place it first; the answer carries the request's ID."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        spent = timing.begin()
        IN_PROGRESS.inc()
        try:
            response = self.get_response(request)
        except BaseException:
            _end(spent)
            raise
        response.headers["X-Request-ID"] = spent.request_id
        if response.streaming:
            _at_close(response, lambda: _record(request, response, spent))
        else:
            _record(request, response, spent)
        return response


def route_of(request: HttpRequest) -> str:
    """Return the name of the route; of what has none, one of a few words."""
    if request.resolver_match:
        return request.resolver_match.view_name
    if request.path_info in BEFORE_ROUTES:
        return request.path_info.strip("/")
    return "static" if request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/") else "none"


def _record(request: HttpRequest, response: HttpResponseBase, spent: Timing) -> None:
    route, seconds = route_of(request), spent.elapsed()
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(route, method, response.status_code).inc()
    SECONDS.labels(route).observe(seconds)
    fields = {
        "route": route,
        "method": method,
        "status": response.status_code,
        "duration_ms": _milliseconds(seconds),
        "queued_ms": _milliseconds(spent.queued),
        "upstream_ms": _milliseconds(spent.upstream),
        "database_ms": _milliseconds(spent.database),
        "queries": spent.queries,
        "person": _person(request),
    }
    logger.info("request", extra={"fields": fields})
    _end(spent)


def _end(spent: Timing) -> None:
    IN_PROGRESS.dec()
    timing.end()


def _person(request: HttpRequest) -> int | None:
    """Return the person's ID; who it is was found out with their preferences, or not at all."""
    return request.user.pk if hasattr(request, "preferences") else None


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _at_close(response: HttpResponseBase, then: Callable[[], None]) -> None:
    """Do something when the server has sent all of a response, or its client has gone."""
    close = response.close

    def close_and_go_on() -> None:
        try:
            close()
        finally:
            then()

    response.close = close_and_go_on  # type: ignore[method-assign]
