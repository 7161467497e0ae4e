"""A PostgreSQL server of its own, which may be stopped and started."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.operations.servers import free_port

OWNER = "postgres"  # for PostgreSQL does not run as root


@dataclass(frozen=True)
class Server:
    """A server with an empty database; ``address`` is where it listens."""

    folder: Path
    address: str
    port: int

    @property
    def url(self) -> str:
        """The value of DATABASE_URL."""
        return f"postgresql://tests@{self.address}:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-k {self.folder} -p {self.port} -c listen_addresses={self.address} -c fsync=off"
        options += " -c max_connections=200"
        self._run("pg_ctl", "-l", str(self.folder / "log"), "-w", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once; whoever is connected is thrown out."""
        self._run("pg_ctl", "-m", "fast", "stop")

    def _run(self, program: str, *words: str) -> None:
        line = [str(_folder() / program), "-D", str(self.folder / "data"), *words]
        if not os.getuid():
            line = ["runuser", "-u", OWNER, "--", *line]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def running(folder: Path, address: str = "127.0.0.1") -> Iterator[Server]:
    """Run a server whose files lie in a folder, until the block ends."""
    folder.mkdir(parents=True)
    if not os.getuid():
        shutil.chown(folder, OWNER)
        for parent in folder.parents[: len(folder.parents) - 2]:
            parent.chmod(parent.stat().st_mode | 0o011)
    server = Server(folder, address, free_port())
    server._run("initdb", "-A", "trust", "-U", "tests", "-N")
    if address != "127.0.0.1":
        with (folder / "data" / "pg_hba.conf").open("a") as access:
            access.write("host all all samenet trust\n")
    server.start()
    try:
        yield server
    finally:
        server._run("pg_ctl", "-m", "immediate", "stop")


def _folder() -> Path:
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    found = sorted(versions, key=lambda path: float(path.parent.name))
    if not found:
        raise FileNotFoundError("sh tests/debian.sh postgresql")
    return found[-1]
