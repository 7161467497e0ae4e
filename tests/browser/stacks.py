"""Demos of the browser's tests: one is set up, and each worker runs a copy of it."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from dashboard.operations import demo
from dashboard.operations.servers import Children, end, free_port, wait_for

ONE_WORKER = {"WEB_CONCURRENCY": "1"}  # starts in half the time
# What is loaded stays, so that numbers that a test compares are of the same rows.
SETTINGS = {**ONE_WORKER, "FRESH_SECONDS": "3600"}


def set_up_once(folder: Path) -> Path:
    """Return a folder in which one worker has set up the demo, and the others waited for it."""
    made = folder / "demo"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            unfinished = folder / "demo.unfinished"
            demo.set_up(unfinished, 9, demo.environment(unfinished))
            unfinished.rename(made)
    return made


@contextmanager
def running(
    made: Path, folder: Path, settings: Mapping[str, str] = SETTINGS
) -> Iterator[demo.Stack]:
    """Run a copy of a demo that is set up, with 600 reservations, until the block ends."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    env = {**demo.environment(folder), **settings}
    isales, port = free_port(), free_port()
    with closing(sqlite3.connect(folder / "demo.sqlite3")) as database, database:
        address = f"http://127.0.0.1:{isales}"
        database.execute("UPDATE connections_connection SET base_url = ?", [address])
    children: Children = {}
    try:
        children["simulator"] = demo.start_simulator(isales, folder, 600, env)
        children["dashboard"] = demo.start_dashboard(port, env)
        wait_for(isales, "/", children)
        wait_for(port, "/readyz", children)
        yield demo.Stack(f"http://127.0.0.1:{port}", children)
    finally:
        end(children)
