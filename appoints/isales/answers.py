"""Read an answer of iSales, or raise the error that it stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import chain
from math import isfinite
from typing import Any

import httpx

from . import codes
from .codes import gettext_noop
from .errors import (
    AddressLocked,
    ISalesError,
    NotAuthorised,
    Refused,
    TooFast,
    UnexpectedAnswer,
    brief,
)

SUCCESS = "0200000"
RESULT = re.compile(rb'"re(?:sult|turn)Code"\s*:\s*"([^"]*)"')
# A gateway's way to say "not now" (isales-api.md section 3 adds 502 for "too much").
TRANSIENT = frozenset({502, 503, 504})
LARGEST_COUNT = 2**31 - 1  # what a database's integer column holds
LONGEST_QUIET = 24 * 3600.0  # seconds; a longer Retry-After counts as a mistake
VALUES = 10_000  # JSON values in an answer without rows; each takes more memory than its text
VALUES_A_ROW = 200  # iSales' own has 18
UNWRITABLE = re.compile(r"\0|\\u(0000|d[89a-f])", re.IGNORECASE)
CONTAINERS = frozenset({dict, list})
DEEPEST = 50  # levels of nested JSON; an answer has four, and readers of JSON recurse


def read(status: int, headers: Mapping[str, str], body: bytes, rows: int = 0) -> dict[str, object]:
    """Return the JSON object of a successful answer; ``rows`` is how many were asked for.

    Raises NotAuthorised, AddressLocked, TooFast, Refused or UnexpectedAnswer.
    """
    if status != httpx.codes.OK:
        raise _failure(status, headers, body)
    answer = _json_object(body, rows)
    if answer is None:
        kind = brief(headers.get("content-type") or "no content type", 100)
        words = gettext_noop("the answer is not a whole JSON object")
        raise UnexpectedAnswer(f"{words} ({kind})", status)
    code = result_code(answer)
    if code != SUCCESS:
        raise _refusal(code, answer, status)
    return answer


def unread(
    status: int, headers: Mapping[str, str], body: bytes, rows: int = 0
) -> Callable[[], dict[str, object]]:
    """Return what reads an answer as ``read`` does, which takes longer than to see how it went.

    Raises as that does, at once where the text does not say of itself that it is a success, or
    is cut: until it is read, more pages are asked for.
    """
    reading = partial(read, status, headers, body, rows)
    is_cut = not body.rstrip().endswith(b"}")
    if status == httpx.codes.OK and not is_cut and set(RESULT.findall(body)) == {SUCCESS.encode()}:
        return reading
    answer = reading()
    return lambda: answer


def result_code(answer: Mapping[str, object]) -> str:
    """Return the code that decides: a failure, should the two fields ever differ."""
    found = [str(answer[key]) for key in ("resultCode", "returnCode") if answer.get(key)]
    return next((code for code in found if code != SUCCESS), found[0] if found else "")


def number(answer: Mapping[str, object], key: str) -> int | None:
    """Return a count that may have been sent as text; None where there is none."""
    value = answer.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    return value if type(value) is int and 0 <= value <= LARGEST_COUNT else None


def _failure(status: int, headers: Mapping[str, str], body: bytes) -> ISalesError:
    if status == httpx.codes.UNAUTHORIZED:
        words = "iSales did not accept the signature (HTTP 401)"
        return NotAuthorised(words, _moment(headers.get("date", "")))
    if status == httpx.codes.FORBIDDEN:
        return AddressLocked("iSales refuses this server's address for now (HTTP 403)")
    wait = retry_after(headers)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return TooFast("iSales was called too often (HTTP 429)", wait)
    answer = _json_object(body)
    code = result_code(answer or {})
    if httpx.codes.is_client_error(status) and answer and code not in ("", SUCCESS):
        return _refusal(code, answer, status)
    return UnexpectedAnswer(
        f"HTTP {status}", status, transient=status in TRANSIENT, retry_after=wait
    )


def _refusal(code: str, answer: Mapping[str, object], status: int) -> ISalesError:
    description = str(answer.get("resultDesc") or answer.get("returnDesc") or "")
    if not code:
        return UnexpectedAnswer(gettext_noop("the answer carries no result code"), httpx.codes.OK)
    if code == codes.TOO_FAST:
        return TooFast(f"{code}: {codes.RESULT_CODES[code]}")
    return Refused(code, codes.RESULT_CODES.get(code, ""), description, status)


def _json_object(body: bytes, rows: int = 0) -> dict[str, object] | None:
    try:
        text = body.decode(json.detect_encoding(body))
        # Counted as text: three million empty objects take 9 MB so, and 200 MB as objects.
        if sum(map(text.count, ",[{")) > VALUES + rows * VALUES_A_ROW:
            return None
        answer = _decoded(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or not _shallow(answer):
        return None
    return _escaped(answer) if _is_unwritable(text) else answer


def _decoded(text: str) -> Any:
    """Return what JSON stands for. Raises ValueError or RecursionError."""
    try:
        return PLAIN.decode(text)
    except ValueError:  # perhaps a number is too long
        return DECODER.decode(text)


def _is_unwritable(text: str) -> bool:
    # Nearly every text has neither, and then needs no look at each of its characters.
    return ("\0" in text or "\\u" in text) and bool(UNWRITABLE.search(text))


def _integer(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:  # more digits than Python reads: 4300
        return text


def _float(text: str) -> float | str:
    value = float(text)
    return value if isfinite(value) else text


# A number that Python cannot hold (NaN, 1e400, 5,000 digits) stays text, and a text may hold
# control characters, so that one odd value does not make a whole page unreadable.
DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_float, parse_constant=str, strict=False)
# Without a function of ours, numbers take half the time.
PLAIN = json.JSONDecoder(parse_float=_float, parse_constant=str, strict=False)


def _escaped(value: Any) -> Any:
    """Return a value with NUL and lone surrogates escaped: no database or file can hold them."""
    if isinstance(value, str):
        return value.replace("\0", r"\u0000").encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_escaped(each) for each in value]
    if isinstance(value, dict):
        return {_escaped(key): _escaped(each) for key, each in value.items()}
    return value


def _shallow(answer: dict[str, Any] | list[Any]) -> bool:
    """Tell whether JSON is nested no deeper than DEEPEST."""
    level = [answer]
    for _ in range(DEEPEST):
        values = [each.values() if isinstance(each, dict) else each for each in level]
        # Most values are no containers: to tell so of all at once is many times as fast.
        if CONTAINERS.isdisjoint(map(type, chain.from_iterable(values))):
            return True
        level = [each for each in chain.from_iterable(values) if type(each) in CONTAINERS]
    return False


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, given in seconds or as a date; at most a day."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_QUIET)
    moment = _moment(value)
    if moment is None:
        return None
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), LONGEST_QUIET)


def ahead(headers: Mapping[str, str]) -> float | None:
    """Return by how many seconds the server's clock is ahead of ours; None where it tells none."""
    moment = _moment(headers.get("date", ""))
    return (moment - datetime.now(UTC)).total_seconds() if moment else None


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        # Without a zone, UTC is meant; Python would take this machine's.
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
