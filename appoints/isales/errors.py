"""What can go wrong when iSales is asked.

    ISalesError
    ├── HostRefused         the host is none of those that may be called; nothing was sent
    ├── NoAnswer            no connection, no TLS, or no answer in time
    ├── NotAuthorised       401: the signature was not accepted (or the service not purchased)
    ├── AddressLocked       403: this machine's address is locked or not on the list
    ├── TooFast             429, or the code of a call made too fast
    ├── Refused             iSales understood and said no, with a code of its own
    └── UnexpectedAnswer    an answer that was not agreed: HTML, cut JSON, missing data, 5xx

Each carries words for a person in ``str(error)``; none ever carries a credential, and none more
of what iSales sent than a notice can show and every database can store.
"""

from __future__ import annotations

import re
from datetime import datetime

LONGEST = 1000  # characters of an error
LONGEST_CODE = 40
LONGEST_DESCRIPTION = 500
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class ISalesError(Exception):
    """Base of everything that the client raises about a call."""

    def __init__(self, message: str = "") -> None:
        super().__init__(brief(message, LONGEST))


def brief(text: str, most: int) -> str:
    """Return the start of a text, without what no page or database takes."""
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text[:most])


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


class AddressLocked(ISalesError):
    """HTTP 403. Repeating it prolongs the lock, so it is never retried."""


UNSAID_QUIET = 10.0  # seconds to leave iSales alone when it does not say for how long


class TooFast(ISalesError):
    """Called too often. ``retry_after`` is in seconds, None where iSales did not say."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(ISalesError):
    """A failure code of iSales: ``code`` as sent, ``words`` ours, ``description`` theirs.

    ``status`` is the HTTP status, for a release without these calls answers 400 or 404.
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


class UnexpectedAnswer(ISalesError):
    """Not the answer that was agreed. ``status`` is the HTTP status.

    ``passing`` marks a gateway's failure, which may be gone at the next try.
    """

    def __init__(
        self, message: str, status: int, *, passing: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.passing = passing
        self.retry_after = retry_after
