"""``python -m tests.bench.worker URL ROWS WHAT…``: load so many rows, show them as pages and files
in this order, and print the peak memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench import dashboard, isales
from tests.bench.figure import Figure

PAGE = "page"
ORDERS = (
    (PAGE, "csv", "json", "xlsx"),
    (PAGE, "json", "csv", "xlsx"),
    ("csv", "xlsx", "json", PAGE),
)
MOST = {100_000: 250, 500_000: 600}  # rows, and MB at the most


def figures() -> Iterator[Figure]:
    """Measure the peak of a fresh process for each order, in MB; give the highest."""
    for rows, most in MOST.items():
        with isales.serving(rows, 0) as base_url:
            peaks = [_peaks(base_url, rows, order) for order in ORDERS]
        start, *_, peak = max(peaks, key=max)
        what = f"peak of a worker at {rows:,} rows, MB"
        yield Figure(what, peak, start, "before it loads", peak, most, at_most=True)


def _peaks(base_url: str, rows: int, order: Sequence[str]) -> list[float]:
    """Return the peak of a process before it loads and after each step, in MB."""
    words = [sys.executable, "-m", "tests.bench.worker", base_url, str(rows), *order]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return [float(line) for line in done.stdout.split()]


def _peak() -> float:
    line = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    address, rows, *order = sys.argv[1:]
    os.environ["MOST_ROWS"] = rows
    dashboard.set_up()
    dashboard.connection(address)
    print(_peak())
    for what in order:
        path = "/appoints/" if what == PAGE else f"/appoints/export.{what}"
        answer = dashboard.signed_in().get(path)
        assert what == PAGE or answer["X-Total-Count"] == rows
        # As the server sends it, part by part.
        for _ in answer:
            pass
        del answer
        print(_peak())
