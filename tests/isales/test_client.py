"""The client: one signed request a call, and what it does when that fails."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx
import pytest
from time_machine import TimeMachineFixture

from appoints.isales.client import MOST_NEIGHBOUR_PAGES, TRIES, Client, Criteria
from appoints.isales.endpoint import Endpoint
from appoints.isales.errors import (
    AddressLocked,
    ISalesError,
    NoAnswer,
    NotAuthorised,
    Refused,
    TooFast,
    UnexpectedAnswer,
)
from appoints.isales.secret import Secret
from appoints.isales.signing import SigningOptions

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]

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

    def pace(self, deadline: float) -> None:
        assert deadline > time.monotonic()
        self.paced += 1


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def client(wire: Wire) -> Iterator[Client]:
    endpoint = Endpoint(
        "https://isales.example:28080/", 7, "AK", Secret("SK"), SigningOptions(milliseconds=True)
    )
    made = Client(endpoint, httpx.MockTransport(wire))
    yield made
    made.close()


Ask = Callable[..., object]


@pytest.fixture
def ask(client: Client, wire: Wire) -> Ask:
    def once(criteria: Criteria = Criteria(), budget: float = 5.0) -> object:  # noqa: B008
        return client.list_page(criteria, 100, 50, pace=wire.pace, budget=budget)

    return once


def test_a_page_is_one_signed_post_with_what_is_asked_and_no_more(wire: Wire, ask: Ask) -> None:
    ask(Criteria(1, 2, ("116", "é"), "139", "5"))
    (request,) = wire.asked
    assert request.method == "POST"
    assert str(request.url) == (
        "https://isales.example:28080/rest/isales/v1/openapi/campaigns/7/appoint/list"
    )
    assert request.headers["content-type"] == "application/json; charset=UTF-8"
    assert request.headers["authorization"].startswith("auth-v2/AK/")
    assert json.loads(request.content) == {
        "limit": 50, "offset": 100, "calledNo": "139", "userAccountList": ["116", "é"],
        "beginTime": 1, "endTime": 2, "taskId": "5",
    }  # fmt: skip


def test_what_is_not_asked_for_is_not_sent(wire: Wire, ask: Ask) -> None:
    ask()
    assert json.loads(wire.asked[0].content) == {"limit": 50, "offset": 100}


def test_a_page_has_every_row_and_the_total_however_it_is_sent(ask: Ask) -> None:
    rows, total = ask()
    assert total == 3
    assert [(row.appoint_id, row.call_type, row.odd) for row in rows] == [
        ("1", "1", None),
        (None, None, '{"": null}'),
        ("2", None, None),
    ]


def test_nothing_may_be_null(wire: Wire, ask: Ask) -> None:
    wire.answers = [good(data=None, totalCount=0)]
    assert ask() == ([], 0)


def test_rows_that_are_not_even_null_were_not_agreed(wire: Wire, ask: Ask) -> None:
    wire.answers = [httpx.Response(200, json={"resultCode": "0200000", "totalCount": 0})]
    with pytest.raises(UnexpectedAnswer, match="has no data"):
        ask()


@pytest.mark.parametrize(
    "changes", [{"data": None}, {"data": {}}, {"data": "x"}, {"totalCount": None}]
)
def test_a_success_without_rows_or_total_was_not_agreed(
    wire: Wire, ask: Ask, changes: dict[str, object]
) -> None:
    wire.answers = [good(**changes)]
    with pytest.raises(UnexpectedAnswer, match="has no"):
        ask()


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


def mac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def test_what_is_signed_is_what_is_sent(wire: Wire, ask: Ask) -> None:
    ask(Criteria(1, 2, ("é", "外呼"), "+49 *~", '"'))
    (request,) = wire.asked
    head, _, found = request.headers["authorization"].rpartition("/")
    body = quote(request.content, safe="-._~")
    text = f"POST\n{request.url.path}\nhost\nhost:isales.example%3A28080\n{body}"
    assert request.headers["host"] == "isales.example:28080"
    assert request.headers["content-length"] == str(len(request.content))
    assert found == mac(mac("SK", head), text)


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
    def pace(deadline: float) -> None:
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
    assert time.monotonic() - begun < 0.5


def test_no_try_begins_past_the_budget(wire: Wire, ask: Ask) -> None:
    wire.answers = [httpx.Response(503)]
    begun = time.monotonic()
    with pytest.raises(UnexpectedAnswer):
        ask(budget=0.15)
    assert time.monotonic() - begun < 0.5
    assert len(wire.asked) == 1


def test_an_answer_that_does_not_end_is_given_up(
    wire: Wire, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.isales.client.MOST_BYTES", 10)
    with pytest.raises(UnexpectedAnswer, match="does not end"):
        ask()


def test_an_encoding_that_cannot_be_undone_was_not_agreed(wire: Wire, ask: Ask) -> None:
    raw = httpx.ByteStream(b"no gzip")
    wire.answers = [httpx.Response(200, headers={"content-encoding": "gzip"}, stream=raw)]
    with pytest.raises(UnexpectedAnswer):
        ask()


def test_tasks_are_read_to_the_last_page(wire: Wire, client: Client) -> None:
    def page(*numbers: int) -> httpx.Response:
        rows = [{"campaignId": number, "campaignName": f"Task {number}"} for number in numbers]
        return httpx.Response(200, json={"resultCode": "0200000", "data": rows})

    wire.answers = [page(*range(1, 101)), page(101)]
    tasks = client.tasks(pace=wire.pace, budget=5)
    assert (len(tasks), tasks["101"]) == (101, "Task 101")
    assert [request.url.params["curPage"] for request in wire.asked] == ["1", "2"]


def test_tasks_without_end_are_read_so_far_and_no_further(wire: Wire, client: Client) -> None:
    rows = [{"campaignId": number} for number in range(1, 101)]
    wire.answers = [httpx.Response(200, json={"resultCode": "0200000", "data": rows})]
    assert len(client.tasks(pace=wire.pace, budget=5)) == 100
    assert len(wire.asked) == MOST_NEIGHBOUR_PAGES


@pytest.mark.parametrize("changes", [{}, {"data": None}, {"data": {"1": "x"}}])
def test_tasks_that_are_no_list_were_not_agreed(
    wire: Wire, client: Client, changes: dict[str, object]
) -> None:
    wire.answers = [httpx.Response(200, json={"resultCode": "0200000", **changes})]
    with pytest.raises(UnexpectedAnswer, match="has no data"):
        client.tasks(pace=wire.pace, budget=5)


def test_tasks_are_asked_for_as_documented(wire: Wire, client: Client) -> None:
    wire.answers = [httpx.Response(200, json={"resultCode": "0200000", "data": []})]
    assert client.tasks(pace=wire.pace, budget=5) == {}
    (request,) = wire.asked
    assert (request.method, request.content) == ("GET", b"")
    assert str(request.url).endswith("/campaigns/7?status=0&deviceType=0&curPage=1&rowsPerPage=100")


def test_words_for_fail_codes_come_in_the_language_asked_for(wire: Wire, client: Client) -> None:
    rows = [{"obsCode": "00604", "obsCodeDesc": "拒接"}, {"obsCode": "1"}, "odd", {}]
    wire.answers = [httpx.Response(200, json={"resultCode": "0200000", "obsCodes": rows})]
    words = client.fail_words("zh_CN", pace=wire.pace, budget=5)
    assert words == {"00604": "拒接", "1": "1"}
    assert wire.asked[0].headers["locale"] == "zh_CN"
    assert wire.asked[0].content == b""


@pytest.mark.parametrize(
    "url",
    [
        "http://isales.example",
        "ftp://127.0.0.1",
        "https://",
        "isales.example",
        "https://user:word@isales.example",
        "https://isales.example/?a=1",
        "https://isales.example/?",
        "https://isales.example#",
        "http://10.0.0.1",
        "http://localhost.example",
        "http://user@127.0.0.1",
        "http://[::ffff:10.0.0.1]",
        "http://127.0.0.1.example",
        "https://[::1",
        "https://isales..example",
        "https://" + "a" * 64,
    ],
)
def test_an_address_that_is_not_protected_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Endpoint(url, 1, "AK", Secret("SK"))


@pytest.mark.parametrize(
    "url", ["https://isales.example:28080", "http://127.0.0.1:8000", "http://[::1]:1"]
)
def test_plain_http_is_for_this_machine_only(url: str) -> None:
    assert Endpoint(url, 1, "AK", Secret("SK")).base_url == url


def test_errors_and_endpoints_do_not_show_the_secret(wire: Wire, client: Client, ask: Ask) -> None:
    wire.answers = [httpx.ConnectError("refused")]
    with pytest.raises(NoAnswer) as caught:
        ask(budget=0.1)
    assert "'SK'" not in f"{caught.value!r} {vars(caught.value)} {client.endpoint!r}"
