"""Errors of a request for reserved calls that are no answer of iSales.

FetchError              isales/errors.py
├── ISalesError             isales/errors.py; what iSales answered
│   └── NotOffered              401 of another call than the list: it was not purchased
├── WrongKey                encryption.py; the stored secret key cannot be decrypted
├── Resting                 the connection is at rest until a person's check succeeds
├── NotAnswering            iSales has not answered for a while, and is not tried now
├── Busy                    no line to iSales is free in time
├── QueueFull               this person's questions already wait in the queue
├── DatabaseFailed          the database is down, locked, full, read-only or unmigrated
└── InternalError           a defect of the dashboard; the log has its traceback
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from appoints.connections.models import Connection
from appoints.isales.errors import AddressLocked, FetchError, ISalesError, NotAuthorised
from dashboard.database import kind_of


class Resting(FetchError):
    """Nobody may call until a person's check succeeds. ``reason`` is one of Connection.Rest."""

    def __init__(self, reason: str) -> None:
        self.reason = Connection.Rest(reason)
        super().__init__(f"the connection is at rest: {self.reason.label}")

    def arguments(self) -> dict[str, object]:
        return {"reason": self.reason.value}

    @property
    def cause(self) -> ISalesError:
        """The answer that put the connection to rest."""
        locked = self.reason == Connection.Rest.ADDRESS_LOCKED
        return (AddressLocked if locked else NotAuthorised)(str(self))


class NotAnswering(FetchError):
    """iSales has not answered ``since``; ``next_try`` is when it is tried again, None for now.

    ``status`` is that of a server's error, where it answered with one.
    """

    def __init__(
        self, since: datetime, next_try: datetime | None, status: int | None = None
    ) -> None:
        super().__init__("iSales does not answer")
        self.since, self.next_try, self.status = since, next_try, status

    @classmethod
    def of(cls, connection: Connection) -> NotAnswering:
        """Return the error of a connection whose last requests failed."""
        now = timezone.now()
        next_try = connection.next_try if connection.pause_left() else None
        return cls(connection.failing_since or now, next_try, connection.failing_status)

    def arguments(self) -> dict[str, object]:
        next_try = self.next_try.isoformat() if self.next_try else None
        return {"since": self.since.isoformat(), "next_try": next_try, "status": self.status}

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> NotAnswering:
        since, next_try = arguments["since"], arguments["next_try"]
        again = datetime.fromisoformat(next_try) if next_try else None
        # A release before this one stored no status.
        return cls(datetime.fromisoformat(since), again, arguments.get("status"))


class NotOffered(ISalesError):
    """A 401 of another call than the list, with a key that the list accepts: not purchased."""


class Busy(FetchError):
    """No line is free, or the pace allows no call in time. ``retry_after`` is in seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    def arguments(self) -> dict[str, object]:
        return {"message": str(self), "retry_after": self.retry_after}


class QueueFull(FetchError):
    """A person asks for more results than may wait at once, of which so many are ``waiting``."""

    def __init__(self, waiting: int = 0) -> None:
        super().__init__(f"{waiting} results wait already")
        self.waiting = waiting

    def arguments(self) -> dict[str, object]:
        return {"waiting": self.waiting}


class DatabaseFailed(FetchError):
    """``kind`` is one of dashboard.database.TROUBLES."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the database is {kind}")
        self.kind = kind

    def arguments(self) -> dict[str, object]:
        return {"kind": self.kind}


class InternalError(FetchError):
    """A defect of the dashboard; the log has its traceback."""


def database_failure(error: Exception) -> DatabaseFailed | None:
    """Return the failure of the database that an error comes from, None where from a defect."""
    kind = kind_of(error)
    return DatabaseFailed(kind) if kind else None
