"""Load 10,000 rows at 50 ms a request, four at once: ours against bare httpx and json."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from zoneinfo import ZoneInfo

import httpx

from appoints.isales.secret import Secret
from appoints.isales.signing import AkskAuth, SigningOptions

from . import dashboard, isales
from .figure import Figure

ROWS, LATENCY_MS, RUNS = 9_990, 50, 5
LIMIT = 100
LIST = "/rest/isales/v1/openapi/campaigns/1/appoint/list"


def figures() -> list[Figure]:
    """Measure both in turn, so that what else the machine does falls on both."""
    with isales.serving(ROWS, LATENCY_MS) as base_url:
        pairs = [(_ours(base_url), _bare(base_url)) for _ in range(RUNS)]
    ours, bare = (ROWS / median(times) for times in zip(*pairs, strict=True))
    return [Figure("load 10,000 rows, rows/s", ours, bare, "bare httpx + json", ours / bare, 0.85)]


def _ours(base_url: str) -> float:
    from appoints.models import Snapshot
    from appoints.results.asking import ask
    from appoints.results.moments import EVER
    from appoints.results.query import Query

    connection = dashboard.connection(base_url)
    begun = time.perf_counter()
    result = ask(connection, Query(), EVER, ZoneInfo("UTC"), wait=60)
    took = time.perf_counter() - begun
    assert (result.mode, result.total) == ("whole", ROWS)
    Snapshot.objects.all().delete()
    return took


def _bare(base_url: str) -> float:
    auth = AkskAuth("AK", Secret("SK"), SigningOptions())
    begun = time.perf_counter()
    with httpx.Client(base_url=base_url, auth=auth) as client, ThreadPoolExecutor(4) as pool:

        def page(offset: int) -> list[object]:
            body = json.dumps({"limit": LIMIT, "offset": offset}).encode()
            headers = {"Content-Type": "application/json; charset=UTF-8"}
            answer = json.loads(client.post(LIST, content=body, headers=headers).content)
            return answer["data"]

        rows = page(0)
        for more in pool.map(page, range(LIMIT, ROWS, LIMIT)):
            rows += more
    assert len(rows) == ROWS
    return time.perf_counter() - begun
