"""Faults that the simulator can have."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

# Faults of the list call; the lookups have those in EVERYWHERE too.
KINDS = (
    "none", "code:0200001", "400", "401", "403", "404", "418", "429", "429:7", "500", "502", "503",
    "html", "cut", "cut-json", "no-data", "no-total", "hang", "close", "wrong-total", "drift",
    "overlap", "vanish", "unfiltered",
)  # fmt: skip
EVERYWHERE = frozenset({"401", "403", "500", "502", "503", "hang", "close"})
LOAD_ENDS = 10.0  # seconds of silence, after which the same question begins a new load


@dataclass
class Fault:
    """A kind of KINDS (``code:`` and ``429:`` take any number), after so many good list calls.

    ``times``: how many list calls have the fault, None for all that follow.
    """

    kind: str
    after: int = 0
    times: int | None = None
    calls: int = field(default=0, init=False)
    loads: dict[str, tuple[float, set[int]]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        start, _, detail = self.kind.partition(":")
        if not (self.kind in KINDS or (start in ("code", "429") and detail.isdecimal())):
            raise ValueError(f"unknown fault {self.kind!r}; known are: {' '.join(KINDS)}")

    @classmethod
    def parse(cls, text: str | None) -> Fault:
        """Return the fault that ``KIND`` or ``KIND@AFTER`` names. Raises ValueError."""
        kind, at, after = (text or "none").partition("@")
        if at and not after.isdecimal():
            raise ValueError(f"{text!r}: a number of good calls is missing after the @")
        return cls(kind, int(after or 0))

    def next_kind(self, *, listing: bool) -> str:
        """Count a list call, and return the kind of fault that this call has, or ``none``."""
        end = None if self.times is None else self.after + self.times
        on = self.calls >= self.after and (end is None or self.calls < end)
        self.calls += listing
        return self.kind if on and (listing or self.kind in EVERYWHERE) else "none"

    def seen_offsets(self, query: str) -> set[int]:
        """Return the offsets that were asked for in a query's load; the caller adds to them."""
        now = time.monotonic()
        last, offsets = self.loads.get(query, (now, set()))
        if now - last > LOAD_ENDS:
            offsets = set()
        self.loads[query] = now, offsets
        return offsets
