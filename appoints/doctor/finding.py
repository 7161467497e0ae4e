from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


class Finding(NamedTuple):
    """What was looked at, what is so, and what to do about it; never a secret."""

    grade: Grade
    subject: str
    what: str
    advice: str = ""

    def __str__(self) -> str:
        words = " ".join(f"{self.what} {self.advice}".split())
        return f"{self.grade + ':':8} {self.subject}: {words}"


def ok(subject: str, what: str) -> Finding:
    return Finding(Grade.OK, subject, what)


def warning(subject: str, what: str, advice: str) -> Finding:
    return Finding(Grade.WARNING, subject, what, advice)


def wrong(subject: str, what: str, advice: str) -> Finding:
    return Finding(Grade.WRONG, subject, what, advice)
