"""``make faults``: break the running product, and print what a person saw and what was lost.

On SQLite and on PostgreSQL, with two workers of gunicorn. Exit status 1 where something was lost,
or a 500, a traceback, or a file that is short was seen.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dashboard.operations.servers import free_port
from tests.stack import fault_cases, isales, postgresql, relay
from tests.stack.broken import FILE, PAGE, ROWS, Broken, Case
from tests.stack.installation import Installation
from tests.stack.visitor import Visitor

WIDTH = 34


@contextmanager
def running(database: str) -> Iterator[Broken]:
    """Run everything; the database is SQLite or PostgreSQL."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        server = None
        if database == "PostgreSQL":
            server = held.enter_context(postgresql.running(folder / "postgresql"))
        simulator = held.enter_context(isales.running(a_day=ROWS, days=3))
        between = held.enter_context(relay.relaying(int(simulator.base_url.rpartition(":")[2])))
        stack = Installation.made(folder / "calls", server.url if server else "", FRESH_SECONDS="1")
        stack.connect(f"http://127.0.0.1:{between.port}", "--max-per-second", "0")
        stack.add_people(1)
        broken = Broken(stack, simulator, between, free_port(), server)
        broken.start()
        held.callback(broken.stop)
        broken.visitor = Visitor(broken.port)
        broken.visitor.sign_in()
        for path in (PAGE, FILE):
            broken.visitor.get(path)
        yield broken


def tried(broken: Broken, name: str, case: Case) -> bool:
    """Try a case, print its line; tell whether all went well."""
    broken.seen.clear()
    broken.wrong.clear()
    broken.listed = {ROWS}
    begun, written = time.monotonic(), broken.log.stat().st_size
    try:
        case(broken)
        lost = broken.heal()
    except Exception as error:  # noqa: BLE001 the next case goes on
        lost = f"the case broke off: {error!r}"[:200]
    with broken.log.open() as log:
        log.seek(written)
        text = log.read()
    unexpected = text.count("Traceback (most recent call last)")
    if unexpected:
        broken.wrong.append(f"{unexpected} tracebacks in the log: {text.strip().splitlines()[-1]}")
    saw = "; ".join(f"{count}× {words}" for words, count in Counter(broken.seen).items())
    wrong = "; ".join([*filter(None, [lost]), *broken.wrong[:4]])
    took = time.monotonic() - begun
    print(f"{name:<{WIDTH}} {took:>4.0f} s  {saw[:400]:<60}  {wrong or 'nothing'}", flush=True)
    return not wrong


def main() -> int:
    """Run the cases on each database; return 1 where one went wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--database", choices=["SQLite", "PostgreSQL"], action="append")
    asked.add_argument("--only", default="", help="cases whose name holds this text")
    asked.add_argument("--queries", type=int, default=5000, help="random queries")
    options = asked.parse_args()
    all_well = True
    for database in options.database or ["SQLite", "PostgreSQL"]:
        print(f"\n{database}\n{'broken':<{WIDTH}}         {'seen':<60}  lost", flush=True)
        with running(database) as broken:
            for name, case in fault_cases.cases(database, options.queries).items():
                if any(each in name for each in options.only.split("|")):
                    all_well &= tried(broken, name, case)
    return int(not all_well)


if __name__ == "__main__":
    sys.exit(main())
