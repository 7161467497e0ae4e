"""Few requests of a worker are computed at once.

Python runs one thread at a time. Of ten threads that compute, each waits for the nine others after
every query and every expression over rows, so that all are late and the processor does more: pages
of two hundred people took a sixth more of it, and twice as long.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dashboard import timing
from dashboard.concurrency import LIMIT


class ConcurrencyMiddleware:
    """Let a request wait in line until there is room to compute it.

    Place it after all that reads the body, which may come slowly, and after what needs no person.
    What waits for something else leaves its room meanwhile, and the answer is sent outside of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with LIMIT.held():
            try:
                return self.get_response(request)
            finally:
                if current := timing.current():
                    current.queued = LIMIT.waited()
