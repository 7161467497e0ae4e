"""Insight over 100,000 rows: each section, and the page before any of them, beside the list's.

``python -m tests.bench.insight [ROWS]`` measures just these. Sections are measured with the rows at
hand and nothing kept of them, then opened again.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.bench import dashboard
from tests.bench.figure import Figure
from tests.bench.rows import made

if TYPE_CHECKING:
    from django.test import Client

ROWS, RUNS = 100_000, 9
MOST = 100  # CPU milliseconds of a section
AHEAD = timedelta(days=7)
HOURS = "Mon-Fri 08:00-18:00, Sat 09:00-13:00"
CALL = ("beginTime", "endTime", "callerNo", "failCode", "result", "busiResult")
# As the page of all sections asks for one.
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/insight/"}


def figures(rows: int = ROWS) -> Iterator[Figure]:
    """Measure the page, then each section, in turn with the list of the same range."""
    from appoints.pages.insight.sections import SECTIONS

    client, asked = dashboard.signed_in(), _hold(rows)
    listed = f"/appoints/?{asked}"
    page, other = _in_turn(client, f"/insight/?{asked}", listed)
    yield Figure("Insight before its sections, CPU ms", page, other, "the list's page",
                 page / other, 1, at_most=True)  # fmt: skip
    for name in SECTIONS:
        address = f"/insight/{name}/?{asked}"
        first, other = _in_turn(client, address, listed)
        again = median(_took(client, address) for _ in range(RUNS))
        yield Figure(f"Insight: {name} over {rows:,} rows, CPU ms", first, other,
                     f"the list's page; again {again:.0f}", first, MOST, at_most=True)  # fmt: skip


def _hold(rows: int) -> str:
    """Have rows at hand, the later ones to come; return the parameters of their range."""
    from appoints.connections import lookups
    from appoints.connections.models import Lookup
    from tests.factories import at_hand

    connection = dashboard.connection("http://127.0.0.1:9")
    connection.working_hours, connection.time_zone = HOURS, "UTC"
    connection.save()
    for name in (lookups.TASKS, lookups.WORDS):
        Lookup.of(connection, name).mark_not_offered()
    now = datetime.now(UTC)
    data = [_moved(row, round(now.timestamp() * 1000)) for row in made(rows)]
    at_hand(connection, data)
    first = datetime.fromtimestamp(min(row["appointTime"] for row in data) / 1000, UTC)
    return f"from={first.date()}&to={(now + AHEAD).date()}"


def _moved(row: dict[str, Any], now: int) -> dict[str, Any]:
    """Return a row a week later; one that is to come then has no call."""
    week = round(AHEAD.total_seconds() * 1000)
    times = {name: row[name] + week for name in row if name.endswith("Time")}
    moved = {**row, **times}
    if moved["appointTime"] < now:
        return moved
    ahead = {name: value for name, value in moved.items() if name not in CALL}
    return {**ahead, "callFlag": "0", "createTime": now - week, "timeout": False}


def _in_turn(client: Client, ours: str, other: str) -> tuple[float, float]:
    """Return the medians of both when opened first, in turn: what else goes on falls on both."""
    from appoints.results.kept import KEPT

    def first(address: str) -> float:
        KEPT.clear()
        return _took(client, address)

    pairs = [(first(ours), first(other)) for _ in range(RUNS)]
    one, two = (median(times) for times in zip(*pairs, strict=True))
    return one, two


def _took(client: Client, address: str) -> float:
    """Return the milliseconds of CPU of an answer, which tells figures where it is a section."""
    is_section = address.count("/") > 2
    begun = time.process_time()
    answer = client.get(address, headers=HTMX if is_section else {})
    took = (time.process_time() - begun) * 1000
    assert answer.status_code == 200, answer.content[:500]
    assert not is_section or b"insight-foot" in answer.content, answer.content[:2000]
    return took


if __name__ == "__main__":
    dashboard.set_up()
    for figure in figures(*map(int, sys.argv[1:])):
        print(figure.line(), flush=True)
