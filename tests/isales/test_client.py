"""The client: one signed request a call, and what comes of its answer."""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import quote

import httpx
import pytest

from appoints.isales.client import Client, Criteria, Page
from appoints.isales.errors import NoAnswer, UnexpectedAnswer
from tests.isales.wire import Ask, Wire, good


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
    page = ask()
    assert page.total == 3
    assert [(row.appoint_id, row.call_type, row.odd) for row in page.rows] == [
        ("1", "1", None),
        (None, None, '{"": null}'),
        ("2", None, None),
    ]


def test_nothing_may_be_null(wire: Wire, ask: Ask) -> None:
    wire.answers = [good(data=None, totalCount=0)]
    assert ask() == Page([], 0)


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


def test_an_answer_that_does_not_end_is_given_up(wire: Wire, ask: Ask) -> None:
    wire.answers = [httpx.Response(200, content=b" " * 8_000_000)]
    with pytest.raises(UnexpectedAnswer, match="does not end"):
        ask()


def test_an_encoding_that_cannot_be_undone_was_not_agreed(wire: Wire, ask: Ask) -> None:
    raw = httpx.ByteStream(b"no gzip")
    wire.answers = [httpx.Response(200, headers={"content-encoding": "gzip"}, stream=raw)]
    with pytest.raises(UnexpectedAnswer):
        ask()


def test_errors_and_endpoints_do_not_show_the_secret(wire: Wire, client: Client, ask: Ask) -> None:
    wire.answers = [httpx.ConnectError("refused")]
    with pytest.raises(NoAnswer) as caught:
        ask(budget=0.1)
    assert "'SK'" not in f"{caught.value!r} {vars(caught.value)} {client.endpoint!r}"
