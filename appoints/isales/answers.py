"""What iSales answered: read it, or say what is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from . import codes
from .codes import gettext_noop
from .errors import AddressLocked, ISalesError, NotAuthorised, Refused, TooFast, UnexpectedAnswer

SUCCESS = "0200000"
# A gateway's way to say "not now" (isales-api.md section 3 adds 502 for "too much").
PASSING = frozenset({502, 503, 504})
MOST = 2**31 - 1  # of what is counted; more is no count, and no database's integer either
LONGEST_QUIET = 24 * 3600.0  # seconds; a longer Retry-After is a mistake that nobody could lift
DEEPEST = 50  # levels of JSON; an answer has four, and whoever reads one has a stack to keep
# Escapes in JSON text; named where it is half a surrogate pair, which no page or file can hold.
ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F])|.)"
)


def read(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, object]:
    """Return the JSON object of a successful answer.

    Raises NotAuthorised, AddressLocked, TooFast, Refused or UnexpectedAnswer.
    """
    if status != httpx.codes.OK:
        raise _failure(status, headers, body)
    answer = _json_object(body)
    if answer is None:
        kind = headers.get("content-type") or "no content type"
        words = gettext_noop("the answer is not a whole JSON object")
        raise UnexpectedAnswer(f"{words} ({kind})", status)
    code = result_code(answer)
    if code != SUCCESS:
        raise _refusal(code, answer, status)
    return answer


def result_code(answer: Mapping[str, object]) -> str:
    """Return the code that decides: a failure, should the two fields ever differ."""
    found = [str(answer[key]) for key in ("resultCode", "returnCode") if answer.get(key)]
    return next((code for code in found if code != SUCCESS), found[0] if found else "")


def number(answer: Mapping[str, object], key: str) -> int | None:
    """Return a count that may have been sent as text; None where there is none."""
    value = answer.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    return value if type(value) is int and 0 <= value <= MOST else None


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
    return UnexpectedAnswer(f"HTTP {status}", status, passing=status in PASSING, retry_after=wait)


def _refusal(code: str, answer: Mapping[str, object], status: int) -> ISalesError:
    description = str(answer.get("resultDesc") or answer.get("returnDesc") or "")
    if not code:
        return UnexpectedAnswer(gettext_noop("the answer carries no result code"), httpx.codes.OK)
    if code == codes.TOO_FAST:
        return TooFast(f"{code}: {codes.RESULT_CODES[code]}")
    return Refused(code, codes.RESULT_CODES.get(code, ""), description[:500], status)


def _json_object(body: bytes) -> dict[str, object] | None:
    try:
        text = body.decode(json.detect_encoding(body))
        answer = json.loads(ESCAPE.sub(_spelt_out, text) if "\\ud" in text.lower() else text)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and _shallow(answer) else None


def _spelt_out(escape: re.Match[str]) -> str:
    # Half a character is read as the text that stood for it.
    return "\\" * bool(escape["half"]) + escape[0]


def _shallow(answer: object) -> bool:
    level = [answer]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return not level


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, given in seconds or as a date; at most a day."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_QUIET)
    moment = _moment(value)
    if moment is None:
        return None
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), LONGEST_QUIET)


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        # Without a zone, UTC is meant; Python would take this machine's.
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
