from __future__ import annotations

import resource
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from dashboard.http.call_stack import CallStackMiddleware

DEPTHS, CALLS = range(300), 300
MANY = 100  # page faults; with a piece of 16 kB, begun anew with each call, they are some thousands


def called_from(depth: int) -> None:
    if depth:
        called_from(depth - 1)
        return
    for number in range(CALLS):
        inner(number)


def inner(number: int, *more: int) -> tuple[int, ...]:
    return innermost(number, *more)


def innermost(*numbers: int) -> tuple[int, ...]:
    return numbers


def faults(work: Callable[[], object]) -> int:
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def test_calls_at_no_depth_map_memory_again_and_again() -> None:
    def answer(_request: HttpRequest) -> HttpResponse:
        for depth in DEPTHS:
            called_from(depth)
        return HttpResponse()

    assert faults(lambda: CallStackMiddleware(answer)(HttpRequest())) < MANY
