"""Failures of a load, kept with the snapshot so that everybody who waits hears of them."""

from __future__ import annotations

from typing import Any

from appoints.connections.limiter import Busy
from appoints.encryption import WrongKey
from appoints.isales.errors import (
    AddressLocked,
    HostRefused,
    ISalesError,
    NoAnswer,
    NotAuthorised,
    Refused,
    TooFast,
    UnexpectedAnswer,
)


class BrokeOff(ISalesError):
    """A defect of ours, not an answer of iSales: the log has it."""


class NotStored(BrokeOff):
    """The database did not take what came; ``kind`` is one of dashboard.http.database.TROUBLES."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the database is {kind}")
        self.kind = kind


class QueueFull(ISalesError):
    """A person asks for more results than may wait at once."""


# What a load may end with; all else is a defect.
ERRORS = (ISalesError, WrongKey)
_PLAIN = str | int | float | None

_KINDS: dict[str, type[ISalesError | WrongKey]] = {
    kind.__name__: kind
    for kind in (
        AddressLocked,
        BrokeOff,
        NotStored,
        Busy,
        HostRefused,
        NoAnswer,
        NotAuthorised,
        Refused,
        TooFast,
        UnexpectedAnswer,
        WrongKey,
    )
}


def to_json(error: ISalesError | WrongKey) -> dict[str, object]:
    """Return a failure as JSON."""
    plain = {key: value for key, value in vars(error).items() if isinstance(value, _PLAIN)}
    return {"kind": type(error).__name__, "words": str(error), "about": plain}


def from_json(failure: dict[str, Any]) -> ISalesError | WrongKey:
    """Return the failure as the exception it was, with its words and plain attributes."""
    kind = _KINDS.get(failure.get("kind", ""), ISalesError)
    error = kind.__new__(kind)
    error.args = (failure.get("words", ""),)
    vars(error).update(failure.get("about", {}))
    return error
