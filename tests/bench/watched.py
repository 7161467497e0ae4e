"""``python -m tests.bench.watched URL ROWS``: load rows while ten people watch them come, and print
the seconds, and the CPU ms of a poll meanwhile.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from tests.bench import dashboard, isales
from tests.bench.figure import Figure

FEW = 100_000  # rows: of fewer nearly all are there before the second poll
MANY = (400_000, 1_000_000)
WATCHERS, EVERY = 10, 0.25  # people, and seconds between two polls of each
LIST = "/appoints/"
HTMX = {"HX-Request": "true"}
LOADS = b'hx-trigger="every'


def figures() -> Iterator[Figure]:
    """Compare the pace of large loads with that of a small one, and a poll of each."""
    few, small = _measured(FEW)
    for rows in MANY:
        pace, poll = _measured(rows)
        what = f"{rows:,} rows with {WATCHERS} watchers, rows/s"
        yield Figure(what, pace, few, f"{FEW:,} rows", pace / few, 0.8)
        yield Figure("a poll meanwhile, CPU ms", poll, small, f"{FEW:,} rows", poll / small, 2,
                     at_most=True)  # fmt: skip


def _measured(rows: int) -> tuple[float, float]:
    """Return the rows a second of a load in a fresh process, and the CPU ms of a poll."""
    with isales.serving(rows, 0) as base_url:
        words = [sys.executable, "-m", "tests.bench.watched", base_url, str(rows)]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
    seconds, poll = map(float, done.stdout.split())
    return rows / seconds, poll


def _watch(_: int) -> list[float]:
    """Poll until every row is there; return the seconds of CPU of each poll amid the load."""
    from django.db import connection as database

    client, polls, shown = dashboard.signed_in(), list[float](), LOADS
    while LOADS in shown:
        time.sleep(EVERY)
        cpu = time.thread_time()
        shown = client.get(LIST, headers=HTMX).content
        polls.append(time.thread_time() - cpu)
    database.close()
    return polls[1:-1]  # the first one begins the load, and the last one derives all rows


if __name__ == "__main__":
    os.environ["MOST_ROWS"] = sys.argv[2]
    dashboard.set_up()
    dashboard.connection(sys.argv[1])
    with ThreadPoolExecutor(WATCHERS) as pool:
        polls = [poll for polls in pool.map(_watch, range(WATCHERS)) for poll in polls]
    from appoints.snapshots.models import Snapshot

    loaded = Snapshot.objects.get()
    assert loaded.ended and loaded.received == int(sys.argv[2])
    print((loaded.ended - loaded.created).total_seconds(), 1000 * median(polls))
