"""A running installation that is broken on purpose, and what a person sees of it meanwhile."""

from __future__ import annotations

import csv
import html
import io
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.operations.servers import ROOT, Children, end, wait_for
from tests.stack import isales, postgresql
from tests.stack.installation import SERVER, Installation
from tests.stack.load import processes
from tests.stack.relay import Relay
from tests.stack.visitor import Answer, Visitor

ROWS = 950  # of a day
TODAY = "preset=today"
PAGE, FILE = f"/appoints/?{TODAY}", f"/appoints/export.csv?{TODAY}"
RESULTS = ("snapshots_chunk", "snapshots_pin", "snapshots_snapshot")
ALERT = re.compile(r'<[^>]+role="(?:alert|status)"[^>]*>(.*?)</(?:section|div|p)>', re.DOTALL)
TAG = re.compile(r"<[^>]*>|\s+")
PATIENCE = 90.0  # seconds until everything must be well again
BY_ITSELF = 3.0  # seconds after which a person checks the connection


@dataclass
class Broken:
    """The product with a simulator; ``seen`` collects what was answered, 500s apart."""

    stack: Installation
    simulator: isales.Remote
    relay: Relay
    port: int
    server: postgresql.Server | None = None
    children: Children = field(default_factory=dict)
    visitor: Visitor = field(init=False)
    seen: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    listed: set[int] = field(default_factory=lambda: {ROWS})  # what iSales may count in a file

    def start(self, **variables: str) -> None:
        """Start gunicorn with two workers, and wait until it answers."""
        env = {**self.stack.env, "PORT": str(self.port), "WEB_CONCURRENCY": "2", **variables}
        with self.log.open("ab") as log:
            self.children["server"] = subprocess.Popen(
                [sys.executable, *SERVER, "--log-level", "warning"], cwd=ROOT, env=env,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_for(self.port, "/healthz", self.children)

    def stop(self) -> None:
        """End gunicorn."""
        end(self.children)

    @property
    def log(self) -> Path:
        """What the servers wrote."""
        return self.stack.folder / "server.log"

    def ask(self, path: str, timeout: float = 70.0, **headers: str) -> Answer:
        """Ask as a person does; note what came, and what should not."""
        begun = time.monotonic()
        answer = self.visitor.get(path, timeout, **headers)
        took = time.monotonic() - begun
        self.seen.append(f"{answer.status} {words_of(answer)}".strip())
        if answer.status in (0, 500) or "Traceback (most recent" in answer.text:
            self.wrong.append(f"{path}: {answer.status} after {took:.1f} s: {answer.text[:150]!r}")
        if path.startswith("/appoints/export.csv") and answer.status == 200:
            rows = rows_of(answer)
            if rows not in self.listed:
                self.wrong.append(f"{path}: a file of {rows} rows, not one of {self.listed}")
        return answer

    def is_alive(self) -> float:
        """Return how long healthz takes (seconds); note where it does not answer at once."""
        begun = time.monotonic()
        answer = Visitor(self.port).get("/healthz")
        took = time.monotonic() - begun
        if answer.status != 200 or took > 1:
            self.wrong.append(f"healthz: {answer.status} after {took:.1f} s")
        return took

    def forget(self) -> None:
        """Drop every stored result, so that the next question is asked of iSales."""
        for table in RESULTS:
            self.execute(f"DELETE FROM {table}")

    def execute(self, statement: str) -> None:
        """Run a statement in the database itself."""
        with self.connected() as database:
            database.execute(statement)

    @contextmanager
    def connected(self) -> Iterator[Any]:
        """Connect to the database itself."""
        if self.server:
            import psycopg

            with psycopg.connect(self.server.url, autocommit=True) as database:
                yield database
            return
        path = self.stack.env["DATABASE_URL"].removeprefix("sqlite:///")
        database = sqlite3.connect(path, timeout=30, isolation_level=None)
        try:
            yield database
        finally:
            database.close()

    def workers(self) -> list[int]:
        """Return the processes of gunicorn's workers."""
        return processes([self.children["server"].pid])[1:]

    def kill_workers(self) -> None:
        """Kill all workers, as where memory runs out."""
        for process in self.workers():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def heal(self) -> str:
        """End what was broken; return what is lost: an empty text where all is as before."""
        self.simulator.have()
        self.simulator.forget()
        self.relay.drips = False
        begun, checked = time.monotonic(), False
        while True:
            page, file = self.visitor.get(PAGE), self.visitor.get(FILE)
            if page.status == 200 and file.status == 200 and rows_of(file) == ROWS:
                return ""
            waited = time.monotonic() - begun
            if waited > PATIENCE:
                return f"page {page.status}, file {file.status} with {rows_of(file)} rows"
            if waited > BY_ITSELF and not checked:
                # What iSales refused stays at rest until somebody checks it.
                self.stack.manage("check_connection", "north", fails=True)
                checked = True
            time.sleep(0.5)


def rows_of(answer: Answer) -> int:
    """Return how many rows a CSV has."""
    return sum(1 for _ in csv.reader(io.StringIO(answer.text, newline=""))) - 1


def words_of(answer: Answer) -> str:
    """Return the first notice of a page, or a plain answer."""
    if "<html" not in answer.text and "<section" not in answer.text:
        return answer.text[:80].splitlines()[0] if answer.status != 200 and answer.text else ""
    found = [" ".join(TAG.sub(" ", each).split()) for each in ALERT.findall(answer.text)]
    return next((html.unescape(each)[:70] for each in found if each), "")


Case = Callable[[Broken], None]
