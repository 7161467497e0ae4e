"""The server's side of a signature: whether a request carries a good one."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta

from appoints.isales.signing import PRESETS, VERSION, Signable, prefix, signature

from .options import Options

TOLERANCE = timedelta(minutes=15)
STAMP = {False: r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", True: r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"}
SEVERAL_BAD = 5
LOCKED_FOR = timedelta(minutes=5)


class Gatekeeper:
    """Checks signatures, and locks an address out that sends several bad ones in a row."""

    def __init__(self, options: Options) -> None:
        self.access_key = options.access_key
        self.secret_key = options.secret_key
        self.insist = PRESETS[options.insist] if options.insist else None
        self.now = options.now
        self.bad: dict[str, int] = {}
        self.locked: dict[str, datetime] = {}

    def status(self, address: str, request: Signable) -> int:
        """Return the HTTP status that a request gets: 200, 401 or 403."""
        if address in self.locked and self.now() < self.locked[address]:
            return 403
        if self._good(request):
            self.bad[address] = 0
            return 200
        self.bad[address] = self.bad.get(address, 0) + 1
        if self.bad[address] >= SEVERAL_BAD:
            self.locked[address], self.bad[address] = self.now() + LOCKED_FOR, 0
        return 401

    def _good(self, request: Signable) -> bool:
        parts = request.headers.get("authorization", "").split("/")
        if len(parts) != 5 or parts[0] != VERSION or parts[1] != self.access_key:
            return False
        stamp, names, sent = parts[2], tuple(parts[3].split(";")), parts[4]
        if "host" not in names or list(names) != sorted(set(names)) or not self._in_time(stamp):
            return False
        if self.insist and names != self._insisted_names(request):
            return False
        lines = (self.insist.empty_query_line,) if self.insist else (False, True)
        return any(self._matches(request, stamp, names, sent, line) for line in lines)

    def _insisted_names(self, request: Signable) -> tuple[str, ...] | None:
        """Return the names to be signed: a request without a body has no length and type."""
        wanted = self.insist.signed_headers if self.insist else ()
        return tuple(name for name in wanted if name in request.headers)

    def _in_time(self, stamp: str) -> bool:
        kinds = (self.insist.milliseconds,) if self.insist else (False, True)
        if not any(re.fullmatch(STAMP[kind], stamp) for kind in kinds):
            return False
        try:
            moment = datetime.fromisoformat(stamp)
        except ValueError:  # a thirteenth month
            return False
        return abs(self.now().astimezone(UTC) - moment) <= TOLERANCE

    def _matches(
        self, request: Signable, stamp: str, names: tuple[str, ...], sent: str, line: bool
    ) -> bool:
        try:
            canonical = request.canonical(names, empty_query_line=line)
        except KeyError:
            return False
        made = signature(self.secret_key, prefix(self.access_key, stamp, names), canonical)
        return hmac.compare_digest(made.encode(), sent.encode())
