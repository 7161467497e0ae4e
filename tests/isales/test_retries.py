"""What is asked again, how often and when, and what never is."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

import httpx
import pytest
from time_machine import TimeMachineFixture

from appoints.isales.client import Client, Criteria
from appoints.isales.errors import (
    AddressLocked,
    ISalesError,
    NoAnswer,
    NotAuthorised,
    Refused,
    TooFast,
    UnexpectedAnswer,
)
from appoints.isales.retries import TRIES
from tests.isales.wire import Answer, Ask, Wire, good


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401), NotAuthorised),
        (httpx.Response(403), AddressLocked),
        (httpx.Response(429, headers={"retry-after": "0"}), TooFast),
        (httpx.Response(200, json={"resultCode": "0200022"}), TooFast),
        (httpx.Response(200, json={"resultCode": "0200001"}), Refused),
        (httpx.Response(200, text="<html>"), UnexpectedAnswer),
        (httpx.Response(500), UnexpectedAnswer),
        (httpx.Response(302, headers={"location": "https://elsewhere.example/"}), UnexpectedAnswer),
    ],
    ids=lambda value: getattr(value, "status_code", getattr(value, "__name__", None)),
)
def test_what_repeating_cannot_help_is_asked_once(
    wire: Wire, ask: Ask, answer: httpx.Response, error: type[ISalesError]
) -> None:
    wire.answers = [answer]
    with pytest.raises(error):
        ask()
    assert (len(wire.asked), wire.paced) == (1, 1)


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(504),
    ],
    ids=lambda value: getattr(value, "status_code", type(value).__name__),
)
def test_what_may_pass_is_tried_again_signed_and_paced_anew(
    wire: Wire, ask: Ask, failure: Answer
) -> None:
    wire.answers = [failure, good()]
    ask()
    assert wire.paced == len(wire.asked) == 2
    first, second = (request.headers["authorization"] for request in wire.asked)
    assert first != second


def test_each_try_is_signed_at_its_own_time(
    wire: Wire, ask: Ask, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to("2025-05-15T09:48:56Z", tick=False)

    def answer(request: httpx.Request) -> httpx.Response:
        time_machine.shift(2)
        return httpx.Response(503) if len(wire.asked) < TRIES else good()

    wire.answers = [answer]
    ask(budget=60)
    assert [request.headers["authorization"].split("/")[2] for request in wire.asked] == [
        "2025-05-15T09:48:56.000Z", "2025-05-15T09:48:58.000Z", "2025-05-15T09:49:00.000Z",
    ]  # fmt: skip


def test_no_request_goes_out_that_the_pace_forbids(wire: Wire, client: Client) -> None:
    def pace(deadline: float) -> AbstractContextManager[None]:
        raise TooFast("not now", 3.0)

    with pytest.raises(TooFast, match="not now"):
        client.list_page(Criteria(), 0, 50, pace=pace, budget=5)
    assert wire.asked == []


def test_a_page_that_cannot_be_read_is_asked_for_once(wire: Wire, ask: Ask) -> None:
    wire.answers = [httpx.Response(200, content=b'{"resultCode": "0200000", "data": [{"app')]
    with pytest.raises(UnexpectedAnswer, match="not a whole JSON object"):
        ask()
    assert len(wire.asked) == 1


def test_tries_come_to_an_end(wire: Wire, ask: Ask) -> None:
    wire.answers = [httpx.ConnectError("refused")]
    with pytest.raises(NoAnswer, match="refused"):
        ask()
    assert len(wire.asked) == TRIES


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectTimeout("x"), "could not be reached in time"),
        (httpx.ReadTimeout("x"), "did not answer in time"),
        (httpx.ConnectError(""), "ConnectError"),
    ],
)
def test_no_answer_says_why(wire: Wire, ask: Ask, error: Exception, words: str) -> None:
    wire.answers = [error]
    with pytest.raises(NoAnswer, match=words):
        ask(budget=0.1)


def test_a_retry_after_that_fits_the_budget_is_waited_for(wire: Wire, ask: Ask) -> None:
    wire.answers = [httpx.Response(503, headers={"retry-after": "1"}), good()]
    begun = time.monotonic()
    ask()
    assert time.monotonic() - begun >= 1


def test_a_retry_after_past_the_budget_is_told_at_once(wire: Wire, ask: Ask) -> None:
    wire.answers = [httpx.Response(503, headers={"retry-after": "60"})]
    begun = time.monotonic()
    with pytest.raises(UnexpectedAnswer) as caught:
        ask()
    assert (caught.value.retry_after, len(wire.asked)) == (60, 1)
    assert time.monotonic() - begun < 30


def test_no_try_begins_past_the_budget(wire: Wire, ask: Ask) -> None:
    wire.answers = [httpx.Response(503)]
    with pytest.raises(UnexpectedAnswer):
        ask(budget=0.9)
    assert len(wire.asked) == 1
