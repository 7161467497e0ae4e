"""``make load``: fifty supervisors for some minutes; prints figures of pages, refreshes and calls.

Five views of 10,000 rows each; see ``tests.stack.supervisors`` for what each supervisor does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from dashboard.operations.servers import ROOT, Children, end, free_port, wait_for
from tests.stack import isales, nginx, postgresql
from tests.stack.installation import Installation

A_DAY = 10_000  # rows of each view
TODAY = datetime.now(UTC).date()
DAYS = [TODAY + timedelta(days=number) for number in (-2, -1, 0, 1, 2)]
VIEWS = [f"/appoints/?from={day}&to={day}" for day in DAYS]
LATENCY = 0.1  # seconds
WATCHERS = 1  # who ask whether the server lives
RAMP = 5.0  # seconds until all have come
WARM_UP = 60.0  # seconds


class Set(NamedTuple):
    """Servers: how many machines of how many workers, and on which database."""

    machines: int
    workers: int
    database: str


SETS = [
    Set(1, 2, "SQLite"), Set(1, 2, "PostgreSQL"), Set(2, 1, "PostgreSQL")
]  # fmt: skip


class Sample(NamedTuple):
    """Memory of all workers in MB, and their CPU seconds so far."""

    at: float
    memory: float
    cpu: float


def processes(parents: list[int]) -> list[int]:
    """Return the processes that were started by these, and they themselves."""
    children: dict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children[int(fields[1])].append(int(path.parent.name))
    return [*parents, *[each for parent in parents for each in children[parent]]]


def sample(parents: list[int]) -> Sample:
    """Measure the servers' processes: what is theirs alone, and CPU."""
    memory = cpu = 0.0
    for process in processes(parents):
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        memory += int(rollup.partition("Pss:")[2].split()[0]) / 1024
        cpu += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return Sample(time.time(), memory, cpu)


@contextmanager
def serving(stack: Installation, chosen: Set) -> Iterator[tuple[int, Children]]:
    """Run the servers of a set; give the port where supervisors go."""
    children: Children = {}
    ports = [free_port() for _ in range(chosen.machines)]
    try:
        for port in ports:
            children[f"server {port}"] = stack.serve(
                port, WEB_CONCURRENCY=str(chosen.workers), TRUSTED_PROXIES="127.0.0.1"
            )
            wait_for(port, "/readyz", children)
        front = ports[0]
        if chosen.machines > 1:
            front = free_port()
            site = nginx.plain(front, [f"127.0.0.1:{each}" for each in ports])
            children["nginx"] = nginx.start(stack.folder / "nginx", site)
        yield front, children
    finally:
        end(children)


def run(chosen: Set, users: int, minutes: float, turn: float) -> int:
    """Run a set, print its figures; return how many requests failed."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        database = ""
        if chosen.database == "PostgreSQL":
            database = held.enter_context(postgresql.running(folder / "postgresql")).url
        simulator = held.enter_context(isales.running(a_day=A_DAY, days=5, latency=LATENCY))
        stack = Installation.made(folder / "calls", database)
        stack.connect(simulator.base_url, "--max-per-second", "0")
        stack.add_people(users)
        front, children = held.enter_context(serving(stack, chosen))
        servers = [child.pid for name, child in children.items() if name != "nginx"]
        samples = [sample(servers)]
        log = folder / "load.json"
        generator = _generator(front, users, minutes, turn, log)
        while generator.poll() is None:
            time.sleep(2)
            samples.append(sample(servers))
        made = json.loads(log.read_text())
        return _report(chosen, made, samples, simulator.calls(), minutes)


def _generator(
    port: int, users: int, minutes: float, turn: float, log: Path
) -> subprocess.Popen[bytes]:
    line = ["-m", "locust", "-f", "tests/stack/supervisors.py", "--headless", "--only-summary",
            "-u", str(users + WATCHERS), "-r", str(users / RAMP), "-t", f"{round(minutes * 60)}s",
            "--host", f"http://127.0.0.1:{port}", "--stop-timeout", "5"]  # fmt: skip
    return subprocess.Popen(
        [sys.executable, *line], cwd=ROOT,
        env={**os.environ, "LOAD_LOG": str(log), "LOAD_TURN": str(turn)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _report(
    chosen: Set, made: dict[str, list[list[float]]], samples: list[Sample],
    calls: isales.Calls, minutes: float,
) -> int:  # fmt: skip
    requests, begun = made["requests"], made["requests"][0][0]
    failed = [each for each in requests if each[3] not in (200, 204, 302)]
    print(
        f"\n{chosen.machines} × {chosen.workers} workers, {chosen.database}: "
        f"{len(requests)} requests, {len(requests) / minutes / 60:.0f} a second, "
        f"{len(failed)} failed {[each[1:] for each in failed[:3]]}"
    )
    heads = "".join(f"{name + ' p50':>13}{'p95':>8}" for name in NAMES)
    print(f"  {'minute':<8}{'a second':>10}{'failed':>8}{heads}  ms")
    windows = [(n, n + 1.0) for n in map(float, range(ceil(minutes)))]
    for first, last in [*windows, *([(1.0, minutes)] if minutes > 2 else [])]:
        within = [each for each in requests if first * 60 <= each[0] - begun < last * 60]
        rate = len(within) / (last - first) / 60
        count = sum(each in failed for each in within)
        print(
            f"  {f'{first:g}–{last:g}':<8}{rate:>10.0f}{count:>8}"
            + "".join(_percentiles(within, name) for name in NAMES)
        )
    extra = 100 * (calls.made / max(1, calls.least) - 1)
    print(
        f"  calls to iSales: {calls.made} for {calls.loads} loads, {extra:+.1f} % against the"
        f" least; at most {calls.at_once} at once; {calls.statuses}"
    )
    warm = next((each for each in samples if each.at - begun > WARM_UP), samples[-1])
    growth = 100 * (samples[-1].memory / warm.memory - 1)
    print(
        f"  memory of all workers: {samples[0].memory:.0f} MB at first, {warm.memory:.0f} after a"
        f" minute, {samples[-1].memory:.0f} at the end ({growth:+.1f} %)"
    )
    took = samples[-1].at - samples[0].at
    print(
        f"  CPU of a core: servers {100 * (samples[-1].cpu - samples[0].cpu) / took:.0f} %, "
        f"load generator {100 * made['cpu'] / took:.0f} %",
        flush=True,
    )  # type: ignore[operator]
    return len(failed)


NAMES = ("page", "refresh", "file", "sign-in", "health")


def _percentiles(requests: list[list[float]], name: str) -> str:
    times = [each[2] for each in requests if each[1] == name]  # type: ignore[comparison-overlap]
    if len(times) < 2:
        return f"{'–':>13}{'–':>8}"
    cuts = quantiles(times, n=20)
    return f"{cuts[9]:>13.0f}{cuts[18]:>8.0f}"


def main() -> int:
    """Run all sets, or the one that is named; return 1 where a request failed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--users", type=int, default=50)
    asked.add_argument("--minutes", type=float, default=10.0)
    asked.add_argument("--turn", type=float, default=5.0, help="seconds between a person's turns")
    asked.add_argument("--set", type=int, choices=range(1, len(SETS) + 1))
    options = asked.parse_args()
    chosen = [SETS[options.set - 1]] if options.set else SETS
    failed = [run(each, options.users, options.minutes, options.turn) for each in chosen]
    return int(any(failed))


if __name__ == "__main__":
    sys.exit(main())
