"""Django's setting of the logs: plain lines on stderr, for whatever runs the process to keep."""

from __future__ import annotations

from typing import Any

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"database": {"()": "dashboard.database.OneLine"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["database"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own handlers would print each line again, or mail it.
        "django": {"handlers": [], "level": "INFO"},
        # It tells of every sign-in and every clean-up; failures and lockouts remain.
        "axes": {"level": "WARNING"},
        # A line per request would repeat addresses with what they ask for.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # A repeated call is no news; one that failed for good is told by the page.
        "stamina": {"level": "ERROR"},
    },
}
