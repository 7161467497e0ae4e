"""Django's setting of the logs: lines on stderr, for whatever runs the process to keep.

Plain lines, or with LOG_FORMAT=json an object a line, with a line for each request. Neither a
number nor an address of a page stands in those.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from dashboard import timing

REQUESTS = "dashboard.operations.request_record"
# What may be a telephone number, however it is written, or the ID of a call.
NUMBER = re.compile(r"[(+]*\d(?:[ ()/-]{0,2}\d){4,}")
PLACEHOLDER = re.compile(r"%[rsd]")
HIDDEN, LEFT_OUT = "•••", "…"


def logging_of(log_format: str) -> dict[str, Any]:
    """Return Django's setting LOGGING; ``log_format`` is "json" or "text"."""
    is_json = log_format == "json"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
            "json": {"()": JsonFormatter},
        },
        "filters": {
            "database": {"()": "dashboard.database.OneLine"},
            "exceptions": {"()": ExceptionsOnly},
            "refusals": {"()": RefusalsInWords},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": log_format,
                "filters": ["database"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": _loggers(is_json=is_json),
    }


def _loggers(*, is_json: bool) -> dict[str, Any]:
    return {
        # Django's own handlers would print each line again, or mail it.
        "django": {"handlers": [], "level": "INFO"},
        # An exception has a line of its own; a status is in each request's.
        "django.request": {
            "level": "INFO",
            "filters": ["refusals", "exceptions"] if is_json else ["refusals"],
        },
        REQUESTS: {"level": "INFO" if is_json else "WARNING"},
        # It tells of every sign-in and every clean-up; failures and lockouts remain.
        "axes": {"level": "WARNING"},
        # A line per request would repeat addresses with what they ask for.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # A repeated call is no news; one that failed for good is told by the page.
        "stamina": {"level": "ERROR"},
    }


class ExceptionsOnly(logging.Filter):
    """Drop what only repeats the status of an answer."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)


class RefusalsInWords(logging.Filter):
    """Leave out the traceback of a refusal, for which the code is not to blame."""

    def filter(self, record: logging.LogRecord) -> bool:
        defect = HTTPStatus.INTERNAL_SERVER_ERROR
        if getattr(record, "status_code", defect) < defect:
            record.exc_info = None
        return True


class JsonFormatter(logging.Formatter):
    """An object a line: time, level, logger, message, request ID; fields; the exception."""

    def format(self, record: logging.LogRecord) -> str:
        spent = timing.current()
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **({"request_id": spent.request_id} if spent else {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = NUMBER.sub(HIDDEN, self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """Return a message without numbers; of a request, without its address."""
    if not hasattr(record, "request"):
        # A server's own lines tell the IDs of processes.
        is_server = record.name.startswith("gunicorn")
        return record.getMessage() if is_server else NUMBER.sub(HIDDEN, record.getMessage())
    words = PLACEHOLDER.sub(LEFT_OUT, str(record.msg))
    is_bare = words == f"{LEFT_OUT}: {LEFT_OUT}"  # Django's own: what happened, and the address
    return HTTPStatus(getattr(record, "status_code", 500)).phrase if is_bare else words
