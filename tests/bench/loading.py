"""Load 10,000 rows at 50 ms a request, four at once: ours against bare httpx and json.

Ours asks once more than the bare client: the last page is full, which is no proof of the end. By
days it asks a few times more: the last page of each is partly filled, and one page before them
tells how many rows there are.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx

from appoints.isales.secret import Secret
from appoints.isales.signing import AkskAuth, SigningOptions
from tests.bench import dashboard, isales
from tests.bench.figure import Figure

if TYPE_CHECKING:
    from appoints.connections.models import Connection

ROWS, LATENCY_MS, RUNS = 10_000, 50, 7
LIMIT = 100
LIST = "/rest/isales/v1/openapi/campaigns/1/appoint/list"


def figures() -> list[Figure]:
    """Measure both in turn, so that what else the machine does falls on both."""
    with isales.serving(ROWS, LATENCY_MS) as base_url, _client(base_url) as client:
        connection = dashboard.connection(base_url)
        runs = [
            (_ours(connection), _ours(connection, days=3), _bare(client)) for _ in range(RUNS + 1)
        ][1:]
    ours, by_days, bare = (ROWS / median(times) for times in zip(*runs, strict=True))
    named = "bare httpx + json"
    return [
        Figure("load 10,000 rows, rows/s", ours, bare, named, ours / bare, 0.92),
        Figure("the same by days, rows/s", by_days, bare, named, by_days / bare, 0.92),
    ]


def _ours(connection: Connection, days: int = 0) -> float:
    """Return the seconds of a load of all times, or of so many days, which have every row."""
    from django.utils import timezone

    from appoints.query.query import Query
    from appoints.query.time_range import EVER, Window
    from appoints.results.lookup import ask
    from appoints.snapshots.models import Snapshot
    from tests.factories import whole

    now, day = timezone.now(), timedelta(days=1)
    window = Window(now - days * day, now + day) if days else EVER
    begun = time.perf_counter()
    result = ask(connection, Query(), window, ZoneInfo("UTC"), whole(connection), wait=60)
    took = time.perf_counter() - begun
    assert (result.mode, result.total) == ("whole", ROWS)
    Snapshot.objects.all().delete()
    return took


def _client(base_url: str) -> httpx.Client:
    # Kept open between the runs, as ours is.
    auth = AkskAuth("AK", Secret("SK"), SigningOptions())
    return httpx.Client(base_url=base_url, auth=auth)


def _bare(client: httpx.Client) -> float:
    def page(offset: int) -> list[dict[str, Any]]:
        body = json.dumps({"limit": LIMIT, "offset": offset}).encode()
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        rows: list[dict[str, Any]] = json.loads(
            client.post(LIST, content=body, headers=headers).content
        )["data"]
        return rows

    begun = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        rows = page(0)
        for more in pool.map(page, range(LIMIT, ROWS, LIMIT)):
            rows += more
    assert len(rows) == ROWS
    return time.perf_counter() - begun
