"""A line of the table."""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    """What was measured: ours, the baseline's, and the ratio that has a target.

    Where there is no baseline, ``reached`` is our figure itself. ``at_most`` turns the target.
    """

    what: str
    ours: float
    baseline: float | None
    named: str
    reached: float
    target: float
    at_most: bool = False

    def line(self) -> str:
        """Return the figure as a line of the table."""
        met = self.reached <= self.target if self.at_most else self.reached >= self.target
        sign = "≤" if self.at_most else "≥"
        other = "" if self.baseline is None else f"{self.baseline:,.1f} ({self.named})"
        return (
            f"{self.what:<44} {self.ours:>12,.1f}   {other:<34} {self.reached:>10,.2f}"
            f"  {sign} {self.target:<8,.2f} {'met' if met else 'MISSED'}"
        )
