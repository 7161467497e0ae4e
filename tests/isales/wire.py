"""A wire that gives what it is told to, and keeps what it was asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]

Ask = Callable[..., object]  # one page, of criteria and within a budget

PAGE = {
    "resultCode": "0200000",
    "data": [{"appointId": "1", "callType": 1}, None, {"appointId": "2"}],
    "totalCount": "3",
}


def good(**changes: object) -> httpx.Response:
    return httpx.Response(200, json={**PAGE, **changes})


class Wire:
    """Gives its answers in turn, the last one for ever, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [good()]
        self.asked: list[httpx.Request] = []
        self.paced = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    @contextmanager
    def pace(self, deadline: float) -> Iterator[None]:
        assert deadline > time.monotonic()
        self.paced += 1
        yield
