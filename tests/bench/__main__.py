"""``make bench``: print every figure beside its baseline and target."""

from __future__ import annotations

import os
import shutil

from . import dashboard


def main() -> None:
    """Measure everything, one after the other."""
    dashboard.set_up()
    from . import loading, serving, worker

    load = ", ".join(f"{each:.2f}" for each in os.getloadavg())
    print(f"{os.cpu_count()} cores, load before {load}; medians; ratios are ours to the baseline\n")
    print(f"{'figure':<44} {'ours':>12}   {'baseline':<34} {'reached':>10}  target")
    try:
        for figures in (loading.figures, serving.figures, worker.figures):
            for figure in figures():
                print(figure.line(), flush=True)
    finally:
        shutil.rmtree(dashboard.FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
