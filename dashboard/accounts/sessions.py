"""Renewal of sessions that are in use."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase

RENEWAL_SECONDS = timedelta(days=1).total_seconds()
RENEWED = "renewed"  # seconds since 1970, kept in the session


class RenewalMiddleware:
    """Save a signed-in session once a day, so that it ends 14 days after its last use.

    Django's SESSION_SAVE_EVERY_REQUEST would write to the database on each request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A time in the future is renewed too: the clock was fast and has been set right.
        if SESSION_KEY in request.session and abs(_age(request)) > RENEWAL_SECONDS:
            renew(request)
        return self.get_response(request)


def renew(request: HttpRequest, **_about: Any) -> None:
    """Let a session last as long as a new one; also at a sign-in, whose next page need not."""
    request.session[RENEWED] = int(time.time())


def _age(request: HttpRequest) -> float:
    """Return how many seconds ago the session was last renewed."""
    return time.time() - float(request.session.get(RENEWED, 0))
