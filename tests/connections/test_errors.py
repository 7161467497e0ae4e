"""Every kind of error: stored, read back, and said in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from appoints.connections.errors import (
    Busy,
    DatabaseFailed,
    InternalError,
    NotAnswering,
    NotOffered,
    QueueFull,
    Resting,
)
from appoints.connections.failures import failure_of
from appoints.encryption import WrongKey
from appoints.isales.errors import (
    AddressLocked,
    FetchError,
    HostRefused,
    ISalesError,
    NoAnswer,
    NotAuthorised,
    Refused,
    TooFast,
    UnexpectedAnswer,
)
from dashboard.database import TROUBLES

ERRORS = [
    ISalesError("something"),
    HostRefused("this host may not be called"),
    NoAnswer("no route to host"),
    NotAuthorised("401"),
    NotAuthorised("401", datetime(2026, 6, 1, 12, tzinfo=UTC)),
    AddressLocked("403"),
    TooFast("429"),
    TooFast("429", 7.5),
    Refused("0200007", "the task does not exist", "no such task", 400),
    UnexpectedAnswer("HTTP 502", 502, transient=True, retry_after=3.0),
    NotOffered("401"),
    WrongKey(),
    Resting("address-locked"),
    NotAnswering(datetime(2026, 6, 1, 12, tzinfo=UTC), None),
    NotAnswering(datetime(2026, 6, 1, 12, tzinfo=UTC), None, 500),
    NotAnswering(datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 6, 1, 13, tzinfo=UTC)),
    Busy("all lines to iSales are in use", 1.0),
    QueueFull(50),
    *map(DatabaseFailed, TROUBLES),
    InternalError("loading broke off"),
]


def test_every_kind_of_error_is_tried_here() -> None:
    assert {type(error) for error in ERRORS} == set(FetchError.kinds.values())


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_is_the_same_after_it_was_stored(error: FetchError) -> None:
    stored = FetchError.from_json(error.to_json())
    assert (type(stored), str(stored), vars(stored)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"kind": "NoMore", "arguments": {"message": "of another release"}},
        {"kind": "Refused", "arguments": {"message": "of another release"}},
        {"kind": "NoAnswer", "words": "of another release", "about": {}},
        {"kind": "NotAuthorised", "arguments": {"message": "of another release"}},
    ],
)
def test_an_error_that_another_release_stored_is_still_an_error(stored: dict[str, object]) -> None:
    assert isinstance(FetchError.from_json(stored), FetchError)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_has_words_and_a_status(error: FetchError) -> None:
    failure = failure_of(error)
    assert failure.title and failure.advice
    assert failure.status in (502, 503, 504)
    assert str(failure.check_advice) % {"url": "https://isales.example", "vdn": 1} is not None


@pytest.mark.parametrize("kind", TROUBLES)
def test_a_failing_database_says_that_it_is_the_database(kind: str) -> None:
    failure = failure_of(DatabaseFailed(kind))
    assert "database" in str(failure.title)
    assert failure.retry_after == TROUBLES[kind].retry_after
