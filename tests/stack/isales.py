"""A simulated iSales in a process of its own, whose faults may be changed while it runs.

``python -m tests.stack.isales`` reads its options, then orders, as lines of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from appoints.isales.secret import Secret
from appoints.isales.simulator import Options, Simulator
from dashboard.operations.servers import ROOT

ACCESS_KEY, SECRET_KEY = "STACK-AK", "stack-secret"


class Calls(NamedTuple):
    """The list calls so far: how many, how many at once at most, and the least for as many loads.

    A load is the calls for one range of times, from a first page to the next first page.
    """

    made: int
    at_once: int
    loads: int
    least: int
    statuses: dict[str, int]


class Remote:
    """The simulator in the other process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.base_url: str = self._answer()

    def have(self, *, fault: str | None = None, latency: float = 0.0, ahead: float = 0.0) -> None:
        """Have a fault (``KIND`` or ``KIND@AFTER``) or none; latency and clock in seconds."""
        self._order("have", fault=fault, latency=latency, ahead=ahead)

    def forget(self) -> None:
        """Count from none again; nobody is locked out any more."""
        self._order("forget")

    def calls(self) -> Calls:
        """Return what was asked since it was last told to forget."""
        return Calls(**self._order("calls"))

    def _order(self, name: str, **values: Any) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"order": name, **values}) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())


@contextmanager
def running(**options: Any) -> Iterator[Remote]:
    """Run a simulator with these options (see ``_made``) until the block ends."""
    words = [sys.executable, "-m", "tests.stack.isales"]
    process = subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"}, start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps(options) + "\n")
    process.stdin.flush()
    try:
        yield Remote(process)
    finally:
        process.kill()
        process.wait()


def _made(
    *, a_day: int = 0, days: int = 0, hostile: bool = False, tls: list[str] | None = None,
    port: int = 0, address: str = "127.0.0.1", **others: Any,
) -> Simulator:  # fmt: skip
    """Return a simulator of ``a_day`` rows on each of so many days around today."""
    from tests.stack import rows

    data = rows.made(a_day, days, hostile=hostile) if a_day else None
    secret = Secret(SECRET_KEY)
    return Simulator(
        Options(
            data=data, access_key=ACCESS_KEY, secret_key=secret, port=port,
            tls=(tls[0], tls[1]) if tls else None, **others,
        )
    )  # fmt: skip


def _counted(simulator: Simulator) -> Calls:
    offsets: dict[str, Counter[int]] = defaultdict(Counter)
    calls = simulator.list_calls
    for call in calls:
        body = dict(call.body or {})
        offset = body.pop("offset", 0)
        offsets[json.dumps(body, sort_keys=True)][offset] += 1
    loads = sum(each[0] for each in offsets.values())
    least = sum(each[0] * len(each) for each in offsets.values())
    statuses = Counter(str(call.status) for call in calls)
    return Calls(len(calls), simulator.most_at_once, loads, least, dict(statuses))


def main() -> None:
    """Serve, and carry out what the lines say, until they end."""
    import threading

    simulator = _made(**json.loads(sys.stdin.readline()))
    server = simulator.server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _say(simulator.base_url)
    for line in sys.stdin:
        order = json.loads(line)
        if order["order"] == "have":
            simulator.fault, simulator.latency = order["fault"], order["latency"]
            ahead = timedelta(seconds=order["ahead"])
            simulator.gatekeeper.now = lambda ahead=ahead: datetime.now(UTC) + ahead
            _say(None)
        elif order["order"] == "forget":
            simulator.calls.clear()
            simulator.most_at_once = 0
            simulator.gatekeeper.bad.clear()
            simulator.gatekeeper.locked.clear()
            _say(None)
        else:
            _say(_counted(simulator)._asdict())


def _say(value: Any) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()
