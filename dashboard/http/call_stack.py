"""Room for the calls of a request, taken at once.

CPython keeps the frames of calls in pieces of 16 kB, and gives a piece back once its first frame
ends. A loop whose calls cross the end of a piece maps and unmaps memory with each of them: a page
takes 800 page faults and a sixth of its time so (python/cpython#142183). A frame that fits in no
such piece gets a large one, in which all calls below it have room too.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import TypeVar, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase

SLOTS = 33_000  # of 8 bytes, a little over a half of the 512 kB that CPython then takes

Called = TypeVar("Called", bound=Callable[..., object])


def roomy(function: Called) -> Called:
    """Let a function's frame claim as much room as leaves enough for what it calls."""
    plain = cast(FunctionType, function)
    plain.__code__ = plain.__code__.replace(co_stacksize=SLOTS)
    return function


class CallStackMiddleware:
    """Give a request room for its calls. Place it before all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    @roomy
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)
