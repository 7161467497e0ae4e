"""Errors of a request for reserved calls.

    FetchError              the rows cannot be had now; later layers add their own kinds
    └── ISalesError         what the client raises about a call
        ├── HostRefused         the host may not be called; nothing was sent
        ├── NoAnswer            no connection, no TLS, or no answer in time
        ├── NotAuthorised       401: the signature was not accepted (or the service not purchased)
        ├── AddressLocked       403: this machine's address is locked or not on the list
        ├── TooFast             429, or the code of a call made too fast
        ├── Refused             iSales understood and said no, with a code of its own
        └── UnexpectedAnswer    HTML, cut JSON, missing data, 5xx: not what was agreed

``str(error)`` is for a person. It never holds a credential, and no more of what iSales sent than
a notice can show and every database can store.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

LONGEST = 1000  # characters of an error
LONGEST_CODE = 40
LONGEST_DESCRIPTION = 500
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
DEFAULT_QUIET = 10.0  # seconds to leave iSales alone when it does not say for how long


class FetchError(Exception):
    """Base of every reason why rows cannot be had now.

    An error can be stored: ``to_json`` gives the arguments from which ``from_json`` makes it
    again. A subclass with arguments of its own overrides ``arguments``, and ``from_arguments``
    where they are not plain JSON.
    """

    kinds: ClassVar[dict[str, type[FetchError]]] = {}

    def __init__(self, message: str = "") -> None:
        super().__init__(brief(message, LONGEST))

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        FetchError.kinds[cls.__name__] = cls

    def arguments(self) -> dict[str, object]:
        """Return the arguments of ``__init__``, as plain JSON."""
        return {"message": str(self)}

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> FetchError:
        """Return the error that has these arguments."""
        return cls(**arguments)

    def to_json(self) -> dict[str, object]:
        """Return the error as plain JSON."""
        return {"kind": type(self).__name__, "arguments": self.arguments()}

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> FetchError:
        """Return the error that ``to_json`` stored; a plain FetchError for an unknown kind."""
        arguments = stored.get("arguments", {})
        try:
            return FetchError.kinds[stored["kind"]].from_arguments(arguments)
        except (KeyError, TypeError):  # another release stored it
            return FetchError(str(arguments.get("message", "")))


def brief(text: str, most: int) -> str:
    """Return the start of a text, without characters that no page or database takes."""
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text[:most])


class ISalesError(FetchError):
    """Base of every error that the client raises about a call."""


class HostRefused(ISalesError):
    """The host may not be called: it is not among those that the operator named, or is closed."""


class NoAnswer(ISalesError):
    """Nothing came back: refused, unresolvable, TLS failed, or too slow."""


class NotAuthorised(ISalesError):
    """HTTP 401. Repeating it locks the address, so it is never retried.

    ``server_time`` is the aware moment of the answer by the server's clock, where it gave one:
    a wrong clock makes every signature wrong.
    """

    def __init__(self, message: str, server_time: datetime | None = None) -> None:
        super().__init__(message)
        self.server_time = server_time

    def arguments(self) -> dict[str, object]:
        moment = self.server_time.isoformat() if self.server_time else None
        return {"message": str(self), "server_time": moment}

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> NotAuthorised:
        moment = arguments["server_time"]
        return cls(arguments["message"], datetime.fromisoformat(moment) if moment else None)


class AddressLocked(ISalesError):
    """HTTP 403. Repeating it prolongs the lock, so it is never retried."""


class TooFast(ISalesError):
    """Called too often. ``retry_after`` is in seconds, None where iSales did not say."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    def arguments(self) -> dict[str, object]:
        return {"message": str(self), "retry_after": self.retry_after}


class Refused(ISalesError):
    """A failure code of iSales: ``code`` as sent, ``words`` ours, ``description`` theirs.

    ``status`` is the HTTP status: a release without these calls answers 400 or 404.
    """

    def __init__(
        self, code: str, words: str = "", description: str = "", status: int = 200
    ) -> None:
        code = brief(code, LONGEST_CODE)
        description = brief(description, LONGEST_DESCRIPTION)
        super().__init__(": ".join(part for part in (code, words, description) if part))
        self.code = code
        self.words = words
        self.description = description
        self.status = status

    def arguments(self) -> dict[str, object]:
        return {
            "code": self.code,
            "words": self.words,
            "description": self.description,
            "status": self.status,
        }


class UnexpectedAnswer(ISalesError):
    """Not the answer that was agreed. ``status`` is the HTTP status.

    ``transient`` marks a gateway's failure, which may be gone at the next try.
    """

    def __init__(
        self,
        message: str,
        status: int,
        *,
        transient: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.transient = transient
        self.retry_after = retry_after

    def arguments(self) -> dict[str, object]:
        return {
            "message": str(self),
            "status": self.status,
            "transient": self.transient,
            "retry_after": self.retry_after,
        }
