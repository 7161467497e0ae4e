"""What a simulator is told before it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from appoints.isales.secret import Secret

from .centre import CENTRE_TIME
from .faults import Fault
from .row import Row


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Options:
    """The centre, the keys, and how requests are answered.

    ``data`` are the rows to serve instead of a living centre of ``rows`` reservations, which works
    in ``zone``. ``insist`` names the only signature preset that is accepted. ``fault`` names one
    of ``faults.KINDS``. ``latency`` is in seconds. ``tls`` are the files of a certificate and key.
    """

    rows: int = 500
    seed: int = 1
    data: list[Row] | None = None
    zone: tzinfo = CENTRE_TIME
    now: Callable[[], datetime] = utc_now
    access_key: str = "AK"
    secret_key: Secret = field(default_factory=lambda: Secret("SK"))
    vdn: int = 1
    insist: str | None = None
    max_limit: int = 100
    range_field: str = "appointTime"
    range_ends: str = "inclusive"
    latency: float = 0.0
    fault: Fault | str | None = None
    port: int = 0
    tls: tuple[str, str] | None = None
