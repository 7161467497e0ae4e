"""Answers as bytes: successes, refusals, and those that a fault spoils."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

SUCCESS = "0200000"
JSON = "application/json; charset=UTF-8"
HTML = b"<!doctype html><title>Gateway</title><h1>Please sign in</h1>"
RETRY_AFTER = "5"  # seconds


class Answer(NamedTuple):
    """What is sent. ``length`` is the Content-Length, None for the true one.

    ``connection`` is ``open`` or ``closed`` after the answer, or else nothing is sent: the
    connection is ``silent``, or ``dropped``.
    """

    status: int
    content: bytes = b""
    content_type: str = JSON
    retry_after: str = ""
    length: int | None = None
    connection: str = "open"


def good(found: Mapping[str, Any]) -> Answer:
    """Return a success that carries what was found."""
    return _coded(SUCCESS, "success", found)


def refusal(code: str, description: str) -> Answer:
    """Return a failure as iSales reports it: with HTTP 200."""
    return _coded(code, description, {})


def problem(status: int) -> Answer:
    """Return a failure that never reached the service behind the gateway."""
    return Answer(status, _json({"error": status, "message": HTTPStatus(status).phrase}))


def spoiled(kind: str, page: Mapping[str, Any]) -> Answer:
    """Return a page's answer as a fault spoils it; ``kind`` is one of ``faults.KINDS``."""
    start, _, detail = kind.partition(":")
    if start == "code":
        return refusal(detail, "refused by the fault that was asked for")
    if start == "429":
        return problem(429)._replace(retry_after=detail or RETRY_AFTER)
    if kind.isdecimal():
        return problem(int(kind))
    if kind in ("no-data", "no-total"):
        missing = "data" if kind == "no-data" else "totalCount"
        return good({key: value for key, value in page.items() if key != missing})
    return _broken(kind, good(page))


def _broken(kind: str, answer: Answer) -> Answer:
    half = answer.content[: len(answer.content) // 2]
    if kind == "html":
        return Answer(200, HTML, "text/html")
    if kind == "cut":
        return answer._replace(content=half, length=len(answer.content), connection="closed")
    if kind == "cut-json":
        return answer._replace(content=half)
    return answer._replace(connection={"hang": "silent", "close": "dropped"}.get(kind, "open"))


def _coded(code: str, description: str, found: Mapping[str, Any]) -> Answer:
    words = {"returnDesc": description, "resultDesc": description}
    return Answer(200, _json({"returnCode": code, "resultCode": code, **words, **found}))


def _json(answer: Mapping[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()
