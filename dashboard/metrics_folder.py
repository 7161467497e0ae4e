"""The folder in which the workers of one server count for /metrics, each in files of its own.

It is new with each server and goes with it: two servers of one machine never share one, and the
counts of a worker that ended stay until then. A folder is locked while its server lives.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO

# prometheus_client looks for it when it is first imported, which is not to be before.
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "reserved-calls-metrics-"
LOCK = "lock"

_held: list[IO[str]] = []  # open as long as this process and its workers live


def place() -> Path:
    """Return where folders are made: in memory, where the system has room for that."""
    memory = Path("/dev/shm")  # noqa: S108 the folder in it is private
    return memory if takes_files(memory) else Path(tempfile.gettempdir())


def takes_files(folder: Path) -> bool:
    """Tell whether this account may make files in a folder."""
    return os.access(folder, os.W_OK | os.X_OK)


def make() -> None:
    """Make this server's folder, and drop those of servers that were killed."""
    for left in place().glob(f"{PREFIX}*"):
        if not _is_locked(left):
            shutil.rmtree(left, ignore_errors=True)
    # It has its name only once it is locked, or another server that starts would drop it.
    folder = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=place()))
    lock = (folder / LOCK).open("w")
    flock(lock, LOCK_EX | LOCK_NB)
    _held.append(lock)
    named = folder.rename(folder.with_name(folder.name.removeprefix(".")))
    os.environ[VARIABLE] = str(named)


def drop() -> None:
    """Drop this server's folder."""
    shutil.rmtree(os.environ[VARIABLE], ignore_errors=True)


def _is_locked(folder: Path) -> bool:
    try:
        with (folder / LOCK).open() as lock:
            flock(lock, LOCK_EX | LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:  # locked, or somebody else's
        return True
    return False
