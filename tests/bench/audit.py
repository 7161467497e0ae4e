"""What it costs a page to record who looked: one event, in a log of many."""

from __future__ import annotations

import time
from statistics import median

from tests.bench.figure import Figure

EARLIER, RUNS = 50_000, 200


def figures() -> list[Figure]:
    """Measure looks that are new, for one that repeats is not written."""
    from dashboard.audit.models import Event

    Event.objects.bulk_create(
        Event(way="page", action="look", actor=f"person {number}", look=f"{number:032}")
        for number in range(EARLIER)
    )
    cost = median(_look(number) for number in range(RUNS)) * 1000
    assert Event.objects.count() >= EARLIER + RUNS
    return [Figure("recording a look, ms", cost, None, "", cost, 3, at_most=True)]


def _look(number: int) -> float:
    from dashboard.audit.log import Target, record_look
    from dashboard.audit.models import Event
    from dashboard.audit.origin import Origin

    origin = Origin(1, "bench", "10.0.0.1", Event.Way.PAGE)
    details = {"page": "appoints:list", "filters": {"state": "failed"}, "rows": number}
    begun = time.perf_counter()
    record_look(
        origin, Target("connection", "bench", "Bench"), details, [f"139{number:08}"], number
    )
    return time.perf_counter() - begun
