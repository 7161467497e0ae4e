"""Answers for load balancers and scrapers: ``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from dashboard.database import is_migrated
from dashboard.operations.metrics import metrics

logger = logging.getLogger(__name__)


class HealthMiddleware:
    """Answer these addresses before the host check, the redirect to HTTPS and the sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match request.path_info:
            case "/healthz":
                return _answer("ok")
            case "/readyz":
                return readiness()
            case "/metrics":
                return metrics(request)
        return self.get_response(request)


def readiness() -> HttpResponse:
    """Return 200 when the database answers and has every migration, else 503 with the reason."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        check_migrated()
    except Error:
        logger.warning("not ready", exc_info=True)
        return _answer("database unavailable", 503)
    except Unmigrated:
        return _answer("migrations missing", 503)
    return _answer("ok")


class Unmigrated(Exception):
    """The database lacks migrations of this release."""


@cache
def check_migrated() -> None:
    """Raise Unmigrated while migrations are missing.

    The cache keeps no exceptions, so a process asks until the database is ready, then no more.
    """
    if not is_migrated():
        raise Unmigrated


def _answer(word: str, status: int = 200) -> HttpResponse:
    return HttpResponse(
        word, status=status, content_type="text/plain", headers={"Cache-Control": "no-store"}
    )
