"""``make bench``: print every figure beside its baseline and target."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from tests.bench import dashboard


def main() -> None:
    """Measure everything, one after the other."""
    dashboard.set_up()
    from . import audit, loading, presets, serving, worker

    print(f"{_machine()}; medians\n")
    print(f"{'figure':<44} {'ours':>12}   {'baseline':<34} {'reached':>10}  target")
    try:
        for figures in (
            presets.figures,
            loading.figures,
            serving.figures,
            audit.figures,
            worker.figures,
        ):
            for figure in figures():
                print(figure.line(), flush=True)
        print(f"\nload after {_load()}", flush=True)
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


def _load() -> str:
    return ", ".join(f"{each:.2f}" for each in os.getloadavg())


if __name__ == "__main__":
    main()
