"""How old the data of a page are."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from django.utils import timezone

from appoints.connections.failures import failure_of
from appoints.display.formats import span
from appoints.pages.contexts import Stale
from appoints.results.result import Result


def stale(result: Result) -> Stale | None:
    """Return why nothing newer is at hand, None where there is no such reason."""
    if result.error is None:
        return None
    age = span(timezone.now() - result.as_of) if result.as_of else ""
    return Stale(failure=failure_of(result.error), age=age)


def seconds_since(moment: datetime | None) -> int:
    """Return the whole seconds since a moment; of one ahead, which a wrong clock told, up to it."""
    return round(abs((timezone.now() - moment).total_seconds())) if moment else 0


def seconds_until(moment: datetime | None) -> int:
    """Return the whole seconds up to a moment, none once it has passed."""
    return max(0, ceil((moment - timezone.now()).total_seconds())) if moment else 0
