"""``make restarts``: restart the dashboard under load, and count the requests that failed.

Three ways: one server on a socket that outlives it; two that share such a socket, one after the
other; two with listeners of their own behind nginx. Exit status 1 where any request failed.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from ipaddress import IPv4Address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from dashboard.operations.servers import Children, end, free_port, wait_for
from tests.certificates import Authority
from tests.stack import isales, nginx, sockets
from tests.stack.crowd import PAGES, Crowd
from tests.stack.installation import SERVER, Installation
from tests.stack.visitor import Visitor

READY = "/readyz"


class Server(NamedTuple):
    """How a server is started, and the port that tells when it is ready."""

    start: Callable[[], subprocess.Popen[bytes]]
    port: int


class Way(NamedTuple):
    """How servers are set up, and where visitors go; ``ca`` signed for an address of HTTPS."""

    port: int
    servers: list[Server]
    ca: str = ""


@contextmanager
def one_socket(stack: Installation, servers: int) -> Iterator[Way]:
    """Servers that share a socket which outlives them."""
    with sockets.listening() as held:
        env = {**stack.env, "WEB_CONCURRENCY": str(3 - servers)}

        def start() -> subprocess.Popen[bytes]:
            return sockets.start(held, env, *SERVER, "--log-level", "warning")

        port = held.getsockname()[1]
        yield Way(port, [Server(start, port)] * servers)


@contextmanager
def behind_nginx(stack: Installation) -> Iterator[Way]:
    """Two servers with listeners of their own, behind nginx."""
    ports, front = [free_port(), free_port()], nginx.Ports(free_port(), free_port())
    authority = Authority()
    files = authority.certify(x509.IPAddress(IPv4Address("127.0.0.1")), stack.folder)
    upstreams = [f"127.0.0.1:{each}" for each in ports]
    proxy = nginx.start(stack.folder / "nginx", nginx.site(front, upstreams, files))
    variables = {"WEB_CONCURRENCY": "1", "HTTPS": "1", "TRUSTED_PROXIES": "127.0.0.1"}

    def started(port: int) -> Callable[[], subprocess.Popen[bytes]]:
        log = stack.folder / "servers.log"
        return lambda: stack.serve(port, log=log, **variables)

    try:
        servers = [Server(started(each), each) for each in ports]
        yield Way(front.https, servers, authority.pem)
    finally:
        end({"nginx": proxy})


WAYS: dict[str, Callable[[Installation], AbstractContextManager[Way]]] = {
    "one server, its socket kept": lambda stack: one_socket(stack, 1),
    "two servers on one socket": lambda stack: one_socket(stack, 2),
    "two listeners behind nginx": behind_nginx,
}


def restarted(way: Way, times: int) -> Crowd:
    """Restart so many times under load; return the visitors."""
    children: Children = {}
    try:
        for number, server in enumerate(way.servers):
            _start(children, number, server)
        first = Visitor(way.port, ca=way.ca)
        first.sign_in()
        for path in PAGES:
            first.get(path)
        with Crowd(first) as crowd:
            time.sleep(1)
            for _ in range(times):
                for number, server in enumerate(way.servers):
                    # As ``systemctl restart``: stop, wait for the end, start.
                    children[str(number)].send_signal(signal.SIGTERM)
                    children[str(number)].wait()
                    _start(children, number, server)
            time.sleep(1)
    finally:
        end(children)
    return crowd


def _start(children: Children, number: int, server: Server) -> None:
    children[str(number)] = server.start()
    wait_for(server.port, READY, children)
    time.sleep(1)


def main() -> int:
    """Print a line for each way; return 1 where a request failed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--times", type=int, default=10)
    asked.add_argument("--way", choices=list(WAYS))
    options = asked.parse_args()
    failed = False
    print(f"{'way':<30} {'restarts':>8} {'requests':>9} {'failed':>7} {'slowest':>9}")
    for name, way in WAYS.items():
        if options.way in (None, name):
            tally = run(way, options.times)
            failed |= bool(tally.failures)
            print(
                f"{name:<30} {options.times:>8} {tally.answers.total():>9}"
                f" {len(tally.failures):>7} {tally.slowest:>7.1f} s",
                flush=True,
            )
            for line in tally.failures[:10]:
                print(f"    {line}")
    return int(failed)


def run(way: Callable[[Installation], AbstractContextManager[Way]], times: int) -> Crowd:
    """Set everything up in a folder of its own, and restart."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        simulator = held.enter_context(isales.running(a_day=1500, days=3, latency=0.1))
        stack = Installation.made(folder)
        stack.connect(simulator.base_url, "--max-per-second", "0")
        stack.add_people(1)
        made = held.enter_context(way(stack))
        return restarted(made, times)


if __name__ == "__main__":
    sys.exit(main())
