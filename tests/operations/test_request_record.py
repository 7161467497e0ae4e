"""The lines of a log that is JSON: what stands in them, and what never does."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.http import StreamingHttpResponse
from django.test import Client, RequestFactory
from gunicorn.config import Config
from gunicorn.glogging import Logger

from appoints.connections.models import Connection
from appoints.pages import list as list_page
from appoints.snapshots import waiting
from dashboard.accounts.models import User
from dashboard.logs import REQUESTS, JsonFormatter, logging_of
from dashboard.operations import request_record
from dashboard.operations.request_record import RequestRecordMiddleware
from dashboard.operations.server_log import ServerLog

NUMBER = "13900001234"
CALL = "174730253678826340158055543045"
HOSTILE = (NUMBER, "+86 139-0000-1234", "(139) 00001234", CALL)


class Log:
    def __init__(self, text: io.StringIO) -> None:
        self._text = text

    @property
    def text(self) -> str:
        return self._text.getvalue()

    def lines(self, logger: str = REQUESTS) -> list[dict[str, Any]]:
        lines = [json.loads(each) for each in self.text.splitlines()]
        return [each for each in lines if each["logger"] == logger]


@pytest.fixture
def log() -> Iterator[Log]:
    """All that would be logged with LOG_FORMAT=json."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonFormatter())
    root, requests = logging.getLogger(), logging.getLogger(REQUESTS)
    before = requests.level
    root.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield Log(text)
    root.removeHandler(handler)
    requests.setLevel(before)


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_with_json_a_status_is_not_told_twice(log_format: str) -> None:
    chosen = logging_of(log_format)
    [filters] = [chosen["loggers"]["django.request"]["filters"]]
    found = [chosen["filters"][each]["()"]() for each in filters]
    error = ZeroDivisionError()
    for exception in (None, (type(error), error, None)):
        record = logging.LogRecord("django.request", 40, "", 1, "words", (), exception)
        is_told = all(each.filter(record) for each in found)
        assert is_told == (log_format == "text" or exception is not None)


def test_the_logger_of_requests_is_the_one_that_is_set() -> None:
    assert request_record.logger.name == REQUESTS


def test_a_request_is_a_line_with_its_route_its_person_and_its_times(
    signed_in: Client, supervisor: User, log: Log
) -> None:
    response = signed_in.get("/accounts/preferences/")
    [line] = log.lines()
    assert (line["route"], line["method"], line["status"]) == ("preferences", "GET", 200)
    assert line["person"] == supervisor.pk and line["queries"] >= 2
    assert line["duration_ms"] >= line["database_ms"] > 0 and line["upstream_ms"] == 0
    assert line["request_id"] == response["X-Request-ID"] and line["time"].endswith("+00:00")


@pytest.mark.django_db(transaction=True)
def test_the_wait_for_isales_is_told_apart(
    signed_in: Client, connection: Connection, log: Log
) -> None:
    signed_in.get("/appoints/?preset=today")
    [line] = log.lines()
    assert line["upstream_ms"] >= waiting.LOOK_AGAIN * 1000
    assert line["upstream_ms"] + line["database_ms"] <= line["duration_ms"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_number_and_no_address_stands_in_the_log(signed_in: Client, log: Log, text: str) -> None:
    signed_in.get(f"/appoints/{text}/", {"number": text, "q": text})
    signed_in.get(f"/nowhere/{text}/", headers={"X-Request-ID": text, "User-Agent": text})
    signed_in.get("/", headers={"Host": f"h{text}.example"})
    signed_in.post("/appoints/", {"number": text}, headers={"Referer": f"https://x/?q={text}"})
    assert len(log.lines()) == 4
    assert text not in log.text and NUMBER not in log.text and "/nowhere" not in log.text


@pytest.mark.parametrize("text", HOSTILE)
def test_an_exception_is_a_field_without_its_numbers(
    signed_in: Client, log: Log, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"cannot call {text} now")

    monkeypatch.setattr(list_page.ListPage, "get", fail)
    signed_in.raise_request_exception = False
    response = signed_in.get(f"/appoints/?number={text}")
    [error] = log.lines("django.request")
    assert "RuntimeError: cannot call ••• now" in error["exception"]
    assert "in fail" in error["exception"] and error["message"] == "Internal Server Error"
    assert error["request_id"] == log.lines()[0]["request_id"] == response["X-Request-ID"]
    assert text not in log.text


def test_numbers_that_are_part_of_a_message_are_left_out(log: Log) -> None:
    logging.getLogger("appoints").warning("%s failed, 3 tries, at 10:32", NUMBER)
    [line] = log.lines("appoints")
    assert line["message"] == "••• failed, 3 tries, at 10:32"


def test_a_stream_ends_with_its_last_part(rf: RequestFactory, db: None, log: Log) -> None:
    def parts() -> Iterator[bytes]:
        with database.cursor() as cursor:
            cursor.execute("SELECT 1")
        yield b"part"

    answer = RequestRecordMiddleware(lambda _: StreamingHttpResponse(parts()))
    response = answer(rf.get("/"))
    assert log.lines() == []
    assert b"".join(response) == b"part"  # type: ignore[attr-defined]
    response.close()
    [line] = log.lines()
    assert line["queries"] == 1


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_gunicorn_repeats_no_address_and_with_json_no_request(
    log_format: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOG_FORMAT", log_format)
    config = Config()
    config.set("accesslog", "-")
    written = ServerLog(config)
    written.exception("Error handling request %s", f"/appoints/?number={NUMBER}")
    written.info("Booting worker with pid: %s", 1234567)
    said = capsys.readouterr().err
    assert NUMBER not in said and "Error handling request" in said and "1234567" in said
    repeated: list[object] = []
    monkeypatch.setattr(Logger, "access", lambda _, *about: repeated.append(about))
    written.access(None, None, {}, timedelta())
    assert len(repeated) == (log_format == "text")
    assert (json.loads(said.splitlines()[-1])["level"] == "INFO") if log_format == "json" else True
