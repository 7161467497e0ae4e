"""``python -m tests.bench.worker URL WHAT…``: load 100,000 rows, show them as pages and files in
this order, and print the peak memory.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench import dashboard, isales
from tests.bench.figure import Figure

ROWS = 100_000
PAGE = "page"
ORDERS = (
    (PAGE, "csv", "json", "xlsx"),
    (PAGE, "json", "csv", "xlsx"),
    ("csv", "xlsx", "json", PAGE),
)
MOST = 250  # MB


def figures() -> Iterator[Figure]:
    """Measure the peak of a fresh process for each order, in MB; give the highest."""
    with isales.serving(ROWS, 0) as base_url:
        peaks = [_peaks(base_url, order) for order in ORDERS]
    start, *_, peak = max(peaks, key=max)
    what = f"peak of a worker at {ROWS:,} rows, MB"
    yield Figure(what, peak, start, "before it loads", peak, MOST, at_most=True)


def _peaks(base_url: str, order: Sequence[str]) -> list[float]:
    """Return the peak of a process before it loads and after each step, in MB."""
    words = [sys.executable, "-m", "tests.bench.worker", base_url, *order]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return [float(line) for line in done.stdout.split()]


def _peak() -> float:
    line = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    dashboard.set_up()
    dashboard.connection(sys.argv[1])
    print(_peak())
    for what in sys.argv[2:]:
        path = "/appoints/" if what == PAGE else f"/appoints/export.{what}"
        answer = dashboard.signed_in().get(path)
        assert what == PAGE or answer["X-Total-Count"] == str(ROWS)
        # As the server sends it, part by part.
        for _ in answer:
            pass
        del answer
        print(_peak())
