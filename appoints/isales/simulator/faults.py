"""What can be made to go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

# Faults of the list call; those in EVERYWHERE strike its neighbours too.
KINDS = (
    "none", "code:0200001", "401", "403", "418", "429", "429:7", "500", "502", "503", "html",
    "cut", "cut-json", "no-data", "no-total", "hang", "close", "wrong-total", "drift", "overlap",
    "vanish",
)  # fmt: skip
EVERYWHERE = frozenset({"401", "403", "418", "500", "502", "503", "hang", "close"})


@dataclass
class Fault:
    """A kind of KINDS (``code:`` and ``429:`` take any number), after so many good list calls."""

    kind: str
    after: int = 0
    calls: int = field(default=0, init=False)
    seen: set[int] = field(default_factory=set, init=False)

    @classmethod
    def parse(cls, text: str | None) -> Fault:
        """Return the fault that ``KIND`` or ``KIND@AFTER`` names. Raises ValueError."""
        kind, _, after = (text or "none").partition("@")
        known = kind in KINDS or kind.split(":")[0] in ("code", "429")
        if not known or (after and not after.isdigit()):
            raise ValueError(f"unknown fault {text!r}; known are: {', '.join(KINDS)}")
        return cls(kind, int(after or 0))

    def strikes(self, *, listing: bool) -> str:
        """Count a call and return the kind that strikes it, ``none`` for none."""
        if not listing:
            return self.kind if self.kind in EVERYWHERE and self.calls >= self.after else "none"
        self.calls += 1
        return self.kind if self.calls > self.after else "none"
