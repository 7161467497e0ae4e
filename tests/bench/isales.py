"""``python -m tests.bench.isales ROWS LATENCY_MS``: a simulated iSales in a process of its own.

Its rows never change, so that a range is looked through once, not for each page: what is measured
is who asks, not who answers.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from appoints.isales.simulator import Options, Simulator
from appoints.isales.simulator.listing import Listing
from tests.bench.rows import made


@contextmanager
def serving(rows: int, latency_ms: int) -> Iterator[str]:
    """Serve in another process; give its address."""
    words = [sys.executable, "-m", "tests.bench.isales", str(rows), str(latency_ms)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


class Unchanging(Listing):
    """Rows that are looked through once for each range."""

    def __init__(self, options: Options) -> None:
        super().__init__(options.data or [], options)
        self._found = cache(lambda asked: self._filtered(dict(asked)))

    def _matching(self, query: str, asked: Mapping[str, Any]) -> list[Any]:
        found: list[Any] = self._found(tuple(asked.items()))
        return found


if __name__ == "__main__":
    options = Options(data=made(int(sys.argv[1])), latency=int(sys.argv[2]) / 1000)
    simulator = Simulator(options)
    simulator.listing = Unchanging(options)
    server = simulator.server()
    print(simulator.base_url, flush=True)
    server.serve_forever()
