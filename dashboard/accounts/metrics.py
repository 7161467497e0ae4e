"""What Prometheus is told of sign-ins."""

from __future__ import annotations

from typing import Any

from prometheus_client import Counter

FAILURES = Counter(
    "reserved_calls_sign_in_failures",
    "Sign-ins, and tokens of the API, that were refused.",
    ["way"],
)


def password_failed(**_about: Any) -> None:
    FAILURES.labels("password").inc()


def locked_out(**_about: Any) -> None:
    FAILURES.labels("locked out").inc()


def refused(way: str = "", **_about: Any) -> None:
    FAILURES.labels(way or "proxy").inc()


def token_refused() -> None:
    FAILURES.labels("token").inc()
