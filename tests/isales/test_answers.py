"""What iSales answered becomes a page, or the one error that says what to do."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.isales import answers, codes
from appoints.isales.errors import (
    AddressLocked,
    ISalesError,
    NotAuthorised,
    Refused,
    TooFast,
    UnexpectedAnswer,
)

GOOD = {"resultCode": "0200000", "returnCode": "0200000", "data": [], "totalCount": 0}


def failure(status: int, answer: object = None, **headers: str) -> ISalesError:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    with pytest.raises(ISalesError) as caught:
        answers.read(status, names, body)
    return caught.value


def test_success_is_the_object_that_came() -> None:
    assert answers.read(200, {}, json.dumps(GOOD).encode()) == GOOD


SENT = [
    json.dumps(GOOD),
    json.dumps(GOOD, separators=(",", ":")),
    json.dumps({"data": [{"busiResult": '"resultCode": "0200000"'}], "resultCode": "0200001"}),
    json.dumps({"data": [{"resultCode": "0200000"}], "returnCode": "0200022"}),
    json.dumps({"data": [{"resultCode": "0200000"}]}),
    json.dumps({"resultCode": "0200000", "returnCode": "0200001"}),
    json.dumps({"resultCode": 200000}),
    json.dumps(GOOD)[:-1],
    json.dumps({**GOOD, "data": [[[]]] * 10_000}),
    "<html>",
]


def read(body: str) -> object:
    try:
        return answers.read(200, {}, body.encode())
    except ISalesError as error:
        return type(error), str(error)


@pytest.mark.parametrize("body", SENT)
def test_an_answer_that_is_read_later_is_the_same(body: str) -> None:
    try:
        found: object = answers.unread(200, {}, body.encode())()
    except ISalesError as error:
        found = type(error), str(error)
    assert found == read(body)


@pytest.mark.parametrize("body", [each for each in SENT if "0200001" in each or "0200022" in each])
def test_a_refusal_is_seen_before_its_answer_is_read(body: str) -> None:
    with pytest.raises(ISalesError):
        answers.unread(200, {}, body.encode())


@pytest.mark.parametrize("left_out", [1, 2, 40])
def test_a_cut_answer_is_seen_before_it_is_read(left_out: int) -> None:
    body = json.dumps({"resultCode": "0200000", **GOOD, "data": ["x" * 99]})[:-left_out]
    with pytest.raises(UnexpectedAnswer):
        answers.unread(200, {}, body.encode())


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        (401, NotAuthorised, None),
        (403, AddressLocked, None),
        (429, TooFast, None),
        (400, UnexpectedAnswer, False),
        (404, UnexpectedAnswer, False),
        (418, UnexpectedAnswer, False),
        (302, UnexpectedAnswer, False),
        (500, UnexpectedAnswer, False),
        (502, UnexpectedAnswer, True),
        (503, UnexpectedAnswer, True),
        (504, UnexpectedAnswer, True),
    ],
)
def test_each_status_has_its_error(
    status: int, kind: type[ISalesError], transient: bool | None
) -> None:
    error = failure(status, b"<html>")
    assert type(error) is kind
    assert getattr(error, "transient", None) is transient


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"resultCode": "02', b"[]", b'"0200000"', b"\xff\xfe", b"[" * 10**5]
)
def test_what_is_no_json_object_is_not_what_was_agreed(body: bytes) -> None:
    error = failure(200, body, content_type="text/html")
    assert isinstance(error, UnexpectedAnswer)
    assert "text/html" in str(error)


def test_a_refusal_carries_the_code_our_words_and_theirs() -> None:
    error = failure(200, {"resultCode": "0200001", "resultDesc": "limit: too large"})
    assert isinstance(error, Refused)
    assert (error.code, error.description) == ("0200001", "limit: too large")
    assert error.words == codes.RESULT_CODES["0200001"]
    assert str(error) == f"0200001: {error.words}: limit: too large"


def test_an_unknown_code_is_shown_as_it_is() -> None:
    error = failure(200, {"returnCode": "0299999", "returnDesc": "neu"})
    assert (str(error), type(error)) == ("0299999: neu", Refused)


def test_a_refusal_may_come_with_a_status_of_its_own() -> None:
    assert isinstance(failure(400, {"resultCode": "0200001"}), Refused)


def test_a_success_with_the_status_of_a_failure_is_no_refusal() -> None:
    error = failure(404, GOOD)
    assert (str(error), type(error)) == ("HTTP 404", UnexpectedAnswer)


@pytest.mark.parametrize("status", [201, 202, 204, 206, 304])
def test_only_one_status_is_success(status: int) -> None:
    assert isinstance(failure(status, GOOD), UnexpectedAnswer)


def test_a_long_description_is_cut() -> None:
    error = failure(200, {"resultCode": "0200001", "resultDesc": "x" * 10_000})
    assert isinstance(error, Refused)
    assert error.description == "x" * 500


def test_what_goes_too_deep_is_not_what_was_agreed() -> None:
    for depth, good in ((40, True), (60, False), (950, False)):
        body = json.dumps(GOOD)[:-1].encode() + b', "x": ' + b"[" * depth + b"]" * depth + b"}"
        if good:
            assert answers.read(200, {}, body)["totalCount"] == 0
        else:
            assert isinstance(failure(200, body), UnexpectedAnswer)


def test_an_answer_may_begin_with_a_mark_and_be_in_a_wider_encoding() -> None:
    text = json.dumps({**GOOD, "x": "外呼"}, ensure_ascii=False)
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert answers.read(200, {}, text.encode(encoding))["x"] == "外呼"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (r"a\ud800", r"a\ud800"),
        (r"\uDC00b", r"\udc00b"),
        (r"\ud800\ud83d\ude00", "\\ud800\U0001f600"),
        (r"\\ud800", r"\ud800"),
        (r"\ud55c\uAC00\n", "\ud55c\uac00\n"),
    ],
)
def test_half_a_character_is_read_as_the_text_that_stood_for_it(sent: str, read: str) -> None:
    body = f'{{"resultCode": "0200001", "resultDesc": "{sent}"}}'.encode()
    error = failure(200, body)
    assert isinstance(error, Refused)
    assert error.description == read


@given(st.text('\ud800\udbff\udc00a\\u8d外\U0001f600"n', max_size=12))
def test_whatever_text_comes_can_be_written(text: str) -> None:
    body = json.dumps({**GOOD, "x": text}).encode()
    found = str(answers.read(200, {}, body)["x"])
    assert found.encode().decode() == found
    sent = json.loads(body)["x"]  # two halves that stood together are one character now
    assert found == sent or any("\ud800" <= each <= "\udfff" for each in sent)


def test_the_code_for_called_too_fast_is_that_error() -> None:
    assert isinstance(failure(200, {"resultCode": "0200022"}), TooFast)


def test_an_object_without_a_code_is_not_what_was_agreed() -> None:
    assert isinstance(failure(200, {"data": [], "totalCount": 0}), UnexpectedAnswer)


def test_of_two_codes_that_differ_the_failure_counts() -> None:
    for first, second in (("0200000", "0200006"), ("0200006", "0200000")):
        error = failure(200, {"resultCode": first, "returnCode": second})
        assert isinstance(error, Refused)
        assert error.code == "0200006"


def test_a_401_tells_the_servers_time() -> None:
    error = failure(401, b"", date="Thu, 15 May 2025 09:48:56 GMT")
    assert isinstance(error, NotAuthorised)
    assert error.server_time == datetime(2025, 5, 15, 9, 48, 56, tzinfo=UTC)


@pytest.fixture
def shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose own zone is not UTC."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("zone", ["", " -0000", " GMT"])
def test_a_date_without_a_zone_is_utc_wherever_this_machine_is(shanghai: None, zone: str) -> None:
    error = failure(401, b"", date=f"Thu, 15 May 2025 09:48:56{zone}")
    assert isinstance(error, NotAuthorised)
    assert error.server_time == datetime(2025, 5, 15, 9, 48, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("", None), ("soon", None), ("-1", None), ("٣", None), ("9" * 30, 86400.0)],
)
def test_retry_after_is_in_seconds(value: str, seconds: float | None) -> None:
    assert answers.retry_after({"retry-after": value}) == seconds


def test_retry_after_may_be_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    found = answers.retry_after({"retry-after": later})
    assert found is not None and 55 < found <= 60
    assert answers.retry_after({"retry-after": "Thu, 15 May 2025 09:48:56 GMT"}) == 0.0
    assert answers.retry_after({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}) == 86400.0


@given(st.text(max_size=40))
def test_no_header_raises(value: str) -> None:
    found = answers.retry_after({"retry-after": value})
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *[(4, 4), ("4", 4), (0, 0), (2**31 - 1, 2**31 - 1)],
        *[(-1, None), ("x", None), ("", None), (4.0, None), (True, None), (None, None)],
        *[(2**31, None), (str(2**31), None), (10**30, None), ("9" * 5000, None)],
    ],
)
def test_a_count_may_have_been_sent_as_text(value: object, number: int | None) -> None:
    assert answers.number({"totalCount": value}, "totalCount") == number
