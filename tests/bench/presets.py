"""Calls to iSales of the ten presets, opened one after the other, and the same a moment later."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import time_machine

from tests.bench import dashboard
from tests.bench.figure import Figure
from tests.bench.rows import made

if TYPE_CHECKING:
    from appoints.connections.models import Connection
    from appoints.isales.simulator import Simulator

ROWS, DAYS_BACK, DAYS_AHEAD = 6_000, 30, 7
LATER = timedelta(seconds=25)


def figures() -> list[Figure]:
    """Measure calls with the clock moved on in between."""
    with _centre(_spread(ROWS)) as (simulator, connection), time_machine.travel(_now()) as clock:
        first = _calls(simulator, connection)
        clock.shift(LATER)
        again = _calls(simulator, connection)
    return [
        Figure("calls of ten presets, 6,000 rows", first, None, "", first, 80, at_most=True),
        Figure("the same 25 s later", again, None, "", again, 15, at_most=True),
    ]


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _centre(data: list[dict[str, Any]]) -> Iterator[tuple[Simulator, Connection]]:
    from django.conf import settings

    from appoints.isales.simulator import Options, Simulator

    kept, settings.APPOINTS_FRESH_FOR = settings.APPOINTS_FRESH_FOR, timedelta(seconds=20)
    try:
        with Simulator(Options(data=data)).running() as simulator:
            yield simulator, dashboard.connection(simulator.base_url)
    finally:
        settings.APPOINTS_FRESH_FOR = kept


def _spread(count: int) -> list[dict[str, Any]]:
    """Return rows spread evenly over the days that the presets reach."""
    dice, now = random.Random(1), round(_now().timestamp()) * 1000
    day = 24 * 3_600_000
    rows = made(count)
    for row in rows:
        row["appointTime"] = now + dice.randrange(-DAYS_BACK * day, DAYS_AHEAD * day)
    return rows


def _calls(simulator: Simulator, connection: Connection) -> int:
    """Return how many pages iSales is asked for where somebody opens each preset."""
    from django.utils import timezone

    from appoints.query.presets import NAMES, resolve
    from appoints.query.query import Query
    from appoints.results.lookup import ask
    from tests.factories import whole

    zone, before = ZoneInfo("UTC"), len(simulator.list_calls)
    for name in NAMES:
        window = resolve(name, timezone.now(), zone, overdue_days=DAYS_BACK)
        result = ask(connection, Query(preset=name), window, zone, whole(connection), wait=60)
        assert result.mode == "whole", name
    return len(simulator.list_calls) - before
