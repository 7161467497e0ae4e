"""``python -m tests.bench.isales ROWS LATENCY_MS``: a simulated iSales in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from appoints.isales.simulator import Options, Simulator
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


if __name__ == "__main__":
    simulator = Simulator(Options(data=made(int(sys.argv[1])), latency=int(sys.argv[2]) / 1000))
    server = simulator.server()
    print(simulator.base_url, flush=True)
    server.serve_forever()
