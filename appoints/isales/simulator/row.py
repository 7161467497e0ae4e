"""A row as the list call serves it, and its times."""

from __future__ import annotations

from datetime import datetime
from typing import Any

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000  # milliseconds

Row = dict[str, Any]


def epoch(moment: datetime) -> int:
    """Return epoch milliseconds."""
    return round(moment.timestamp() * 1000)
