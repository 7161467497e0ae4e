"""A column and a filter are declared in one place each, and found everywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_a_made_up_column_and_filter_are_found_everywhere() -> None:
    plugins = ["-p", "tests.query.made_up_declarations", "-p", "no:cacheprovider"]
    plugins += ["--nomigrations"]  # which tables there are is no matter of the declarations
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, str(HERE / "made_up.py")],
        capture_output=True,
        text=True,
        cwd=HERE.parent.parent,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
