"""``python -m tests.bench.worker URL``: load and export 100,000 rows, print the peak memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bench import dashboard, isales
from tests.bench.figure import Figure

ROWS = 100_000
FILES = ("csv", "xlsx", "json")


def figures() -> list[Figure]:
    """Measure the peak of a fresh process, in MB."""
    with isales.serving(ROWS, 0) as base_url:
        words = [sys.executable, "-m", "tests.bench.worker", base_url]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
    peak = float(done.stdout.split()[-1])
    return [Figure("peak memory of a worker, MB", peak, None, "", peak, 400, at_most=True)]


def _peak() -> float:
    line = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    dashboard.set_up()
    dashboard.connection(sys.argv[1])
    for suffix in FILES:
        answer = dashboard.signed_in().get(f"/appoints/export.{suffix}")
        assert answer["X-Total-Count"] == str(ROWS)
        del answer
        print(suffix, _peak())
    print(_peak())
