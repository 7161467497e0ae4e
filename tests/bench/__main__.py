"""``make bench``: print every figure beside its baseline and target."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from tests.bench import dashboard

SPIN, QUIET = 0.5, 0.97  # seconds of CPU, and the share of a core that is quiet enough


def main() -> None:
    """Measure everything, one after the other."""
    dashboard.set_up()
    from appoints.snapshots.pool import POOL

    from . import audit, day, insight, loading, pages, presets, serving, watched, worker

    quiet = f"the machine was {_quiet()} at the beginning"
    print(f"{_machine()}; medians\n")
    print(f"{'figure':<44} {'ours':>12}   {'baseline':<34} {'reached':>10}  target")
    try:
        for figures in (
            presets.figures,
            day.figures,
            loading.figures,
            watched.figures,
            pages.figures,
            insight.figures,
            serving.figures,
            audit.figures,
            worker.figures,
        ):
            for figure in figures():
                print(figure.line(), flush=True)
            # An idle loader would take what a simulated day lets wait.
            POOL.await_loads(time.monotonic() + 10)
        print(f"\nload after {_load()}; {quiet}, {_quiet()} at the end", flush=True)
        # make load in short.
        words = [sys.executable, "-m", "tests.stack.load", "--set", "1", "--minutes", "1"]
        subprocess.run(words, check=False)
    finally:
        shutil.rmtree(dashboard.FOLDER, ignore_errors=True)


def _machine() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    cores = f"{os.cpu_count()} cores of {names[0] if names else platform.machine()}"
    versions = f"Python {platform.python_version()}, Datasette {version('datasette')}"
    return f"{cores}, {versions}, load before {_load()}"


def _quiet() -> str:
    """Tell whether a process that only computes got a core for itself."""
    wall, cpu = time.perf_counter(), time.process_time()
    while time.process_time() - cpu < SPIN:
        pass
    got = (time.process_time() - cpu) / (time.perf_counter() - wall)
    return f"{'quiet' if got > QUIET else 'NOT QUIET'} ({got:.0%} of a core)"


def _load() -> str:
    return ", ".join(f"{each:.2f}" for each in os.getloadavg())


if __name__ == "__main__":
    main()
