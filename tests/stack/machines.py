"""``make machines``: two machines with PostgreSQL behind nginx; either dies, or is unplugged.

Each machine is a network namespace, made here and dropped at the end. Exit status 1 where rows,
a sign-in or more than the requests in flight are lost.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509

from dashboard.operations.servers import ROOT, Children, end, wait_for
from tests.certificates import Authority
from tests.stack import isales, nginx, postgresql
from tests.stack.crowd import VISITORS, Crowd
from tests.stack.installation import SERVER, Installation
from tests.stack.visitor import Visitor

NAME = f"calls{os.getpid()}"
FRONT, MACHINES = "10.213.7.1", {"a": "10.213.7.11", "b": "10.213.7.12"}
PORT, ISALES_PORT, SITE = 8000, 9100, nginx.Ports(8080, 8443)
ROWS = 4000
TODAY = "/appoints/?preset=today"
# The signature holds the host, so that it is passed on as it came.
ISALES = """
server {{
    listen {address}:{port} ssl; ssl_certificate {files[0]}; ssl_certificate_key {files[1]};
    location / {{
        proxy_pass {behind}; proxy_set_header Host $http_host; proxy_http_version 1.1;
    }}
}}
"""


def namespace(machine: str) -> str:
    """Return the name of a machine's namespace; that of the front has none."""
    return f"{NAME}{machine}"


def run(*words: str) -> None:
    """Run a command of the network."""
    subprocess.run(words, check=True, capture_output=True)


@contextmanager
def network() -> Iterator[None]:
    """Lay cables from the front, where this process goes on, to each machine."""
    made = [namespace(each) for each in ("", *MACHINES)]
    try:
        for each in made:
            run("ip", "netns", "add", each)
            run("ip", "-n", each, "link", "set", "lo", "up")
        front = namespace("")
        run("ip", "-n", front, "link", "add", "bridge", "type", "bridge")
        run("ip", "-n", front, "addr", "add", f"{FRONT}/24", "dev", "bridge")
        run("ip", "-n", front, "link", "set", "bridge", "up")
        for machine, address in MACHINES.items():
            its, cable = namespace(machine), f"to-{machine}"
            run("ip", "-n", front, "link", "add", cable, "type", "veth",
                "peer", "name", "wire", "netns", its)  # fmt: skip
            run("ip", "-n", front, "link", "set", cable, "master", "bridge", "up")
            run("ip", "-n", its, "addr", "add", f"{address}/24", "dev", "wire")
            run("ip", "-n", its, "link", "set", "wire", "up")
        yield
    finally:
        for each in made:
            subprocess.run(["ip", "netns", "del", each], check=False, capture_output=True)


class Centre:
    """The two machines and what is before and behind them."""

    def __init__(self, stack: Installation, simulator: isales.Remote, ca: str) -> None:
        self.stack, self.simulator, self.ca = stack, simulator, ca
        self.children: Children = {}

    def signed_in(self) -> Visitor:
        """Return a visitor who signed in by way of nginx, at whichever machine."""
        visitor = Visitor(SITE.https, ca=self.ca)
        visitor.sign_in()
        return visitor

    def start(self, machine: str) -> None:
        """Start the dashboard on a machine, and wait until it is ready."""
        bind = f"{MACHINES[machine]}:{PORT}"
        enter = ["ip", "netns", "exec", namespace(machine), sys.executable]
        with (self.stack.folder / f"machine-{machine}.log").open("ab") as log:
            self.children[machine] = subprocess.Popen(
                [*enter, *SERVER, "--bind", bind, "--log-level", "warning"],
                cwd=ROOT, env=dict(self.stack.env), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_for(PORT, "/readyz", {machine: self.children[machine]}, MACHINES[machine])

    def kill(self, machine: str) -> None:
        """Kill every process of the dashboard on a machine, as a machine that loses power."""
        os.killpg(self.children[machine].pid, signal.SIGKILL)
        self.children.pop(machine).wait()

    def plug(self, machine: str, state: str) -> None:
        """Set a machine's cable ``up`` or ``down``."""
        run("ip", "link", "set", f"to-{machine}", state)


def at(machine: str, visitor: Visitor) -> Visitor:
    """Return the same person at one machine itself."""
    there = Visitor(PORT, host=MACHINES[machine], **{"X-Forwarded-Proto": "https"})
    there.cookies = dict(visitor.cookies)
    return there


def no_sticky_sessions(centre: Centre) -> str:
    """Sign in at one machine, and go on at the other."""
    visitor = at("a", Visitor(PORT))
    visitor.sign_in()
    statuses = {at(each, visitor).get("/accounts/preferences/").status for each in "abab"}
    return "" if statuses == {200} else f"answers {statuses}"


def a_load_is_finished_on_the_other(centre: Centre) -> str:
    """Begin a load at one machine, kill it, and wait at the other for the rows."""
    simulator, visitor = centre.simulator, centre.signed_in()
    simulator.have(latency=1)
    at("a", visitor).get(TODAY)
    before = simulator.calls().made
    centre.kill("a")
    begun = time.monotonic()
    answer = at("b", visitor).get("/appoints/export.csv?preset=today")
    took, calls = time.monotonic() - begun, simulator.calls()
    simulator.have()
    centre.start("a")
    rows = answer.text.count("\n") - 1
    print(f"    {before} calls before the kill, {calls.made} in all; whole {took:.0f} s after it")
    if (answer.status, rows) != (200, ROWS):
        return f"{answer.status} with {rows} of {ROWS} rows: {answer.text[:200]}"
    return "" if calls.made < ROWS / 100 * 1.5 else f"begun anew: {calls.made} calls"


def killed(centre: Centre, machine: str) -> None:
    """Kill a machine, and start it again."""
    centre.kill(machine)
    time.sleep(8)
    centre.start(machine)


def unplugged(centre: Centre, machine: str) -> None:
    """Pull the cable of a machine, and plug it in again."""
    centre.plug(machine, "down")
    time.sleep(15)
    centre.plug(machine, "up")


def restarted(centre: Centre, machine: str) -> None:
    """Restart a machine as an operator does."""
    centre.children[machine].terminate()
    centre.children[machine].wait()
    centre.start(machine)


def under_load(
    act: Callable[[Centre, str], None], most: int, machines: Iterable[str], centre: Centre
) -> str:
    """Do it to each machine in turn; each time at most so many requests may fail."""
    answers, failures, slowest, words = 0, 0, 0.0, ""
    for number, machine in enumerate(machines, 1):
        with Crowd(centre.signed_in()) as crowd:
            time.sleep(3)
            act(centre, machine)
            time.sleep(3)
        answers, failures = answers + crowd.answers.total(), failures + len(crowd.failures)
        slowest = max(slowest, crowd.slowest)
        for line in crowd.failures:
            print(f"    {number}. {machine}: " + re.sub(r"\s+", " ", line)[:150])
        if len(crowd.failures) > most:
            words += f"; time {number}: {len(crowd.failures)} failed"
    print(f"    {number} times: {answers} requests, {failures} failed, slowest {slowest:.1f} s")
    return words


def trials(times: int) -> dict[str, Callable[[Centre], str]]:
    """Return the trials by their names; what happens under load happens so many times."""
    a, b, both = ["a"] * times, ["b"] * times, [*MACHINES] * times
    return {
        "a sign-in at one machine holds at the other": no_sticky_sessions,
        "a load begun on one is finished on the other": a_load_is_finished_on_the_other,
        "machine a is killed under load": partial(under_load, killed, VISITORS, a),
        "machine b is killed under load": partial(under_load, killed, VISITORS, b),
        "machine a is unplugged under load": partial(under_load, unplugged, VISITORS, a),
        "each machine is restarted under load": partial(under_load, restarted, 0, both),
    }


def main() -> int:
    """Print a line for each trial; return 1 where one failed."""
    options, failed = asked(), False
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        database = held.enter_context(postgresql.running(folder / "postgresql", FRONT))
        simulator = held.enter_context(isales.running(a_day=ROWS, days=3))
        authority = Authority()
        files = authority.certify(x509.IPAddress(IPv4Address(FRONT)), folder)
        (folder / "front").mkdir()
        its = authority.certify(x509.IPAddress(IPv4Address("127.0.0.1")), folder / "front")
        pages = nginx.site(SITE, [f"{each}:{PORT}" for each in MACHINES.values()], its)
        ca = folder / "ca.pem"
        ca.write_text(authority.pem)
        calls = ISALES.format(
            address=FRONT, port=ISALES_PORT, behind=simulator.base_url, files=files
        )
        proxy = nginx.start(folder / "nginx", pages + calls)
        held.callback(end, {"nginx": proxy})
        hosts = ",".join(["127.0.0.1", *MACHINES.values()])
        stack = Installation.made(
            folder / "calls", database.url, HTTPS="1", ALLOWED_HOSTS=hosts, TRUSTED_PROXIES=FRONT
        )
        base_url = f"https://{FRONT}:{ISALES_PORT}"
        stack.connect(base_url, "--ca-file", str(ca), "--max-per-second", "0")
        stack.add_people(1)
        centre = Centre(stack, simulator, authority.pem)
        held.callback(lambda: end(centre.children))
        for machine in MACHINES:
            centre.start(machine)
        for name, trial in trials(options.times).items():
            if options.only not in name:
                continue
            words = trial(centre)
            failed |= bool(words)
            print(f"{'FAILED' if words else 'held':<7} {name} {words}", flush=True)
        for log in (folder / "calls").glob("*.log"):
            if "Traceback" in log.read_text():
                print(log.read_text()[-3000:])
                failed = True
    return int(failed)


def asked() -> argparse.Namespace:
    """Return what the command line asks for."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--times", type=int, default=10, help="of each trial under load")
    words.add_argument("--only", default="", help="trials whose name holds this text")
    words.add_argument("--name", help=argparse.SUPPRESS)  # of the namespaces, once there
    return words.parse_args()


def enter() -> int:
    """Lay the network, and go on in its front."""
    with network():
        words = [sys.executable, "-m", __spec__.name, "--name", NAME, *sys.argv[1:]]
        line = ["ip", "netns", "exec", namespace(""), *words]
        return subprocess.run(line, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    if name := asked().name:
        NAME = name
        sys.exit(main())
    sys.exit(enter())
