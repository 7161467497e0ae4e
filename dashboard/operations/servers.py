"""Start, await and stop servers on loopback ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT = 300.0  # seconds for a server to answer; one that ends is noticed at once
STOP_TIMEOUT = 10.0  # seconds for a server to end

Children = dict[str, subprocess.Popen[bytes]]


class ServerFailed(Exception):
    """The servers cannot go on; the message says why."""


def start(words: list[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start Python with these words, from the repository's root."""
    # In its own session, so that Ctrl-C reaches only the parent, which stops them in order.
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for(port: int, path: str, children: Children, address: str = "127.0.0.1") -> None:
    """Wait until the server gives any answer but 503."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        check_alive(children)
        if _answers(address, port, path):
            return
        time.sleep(0.1)
    raise ServerFailed(f"Nothing answered on port {port} within {START_TIMEOUT:.0f} s.")


def _answers(address: str, port: int, path: str) -> bool:
    # Not urllib, which would ask the shell's proxy for a loopback address.
    connection = HTTPConnection(address, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status != 503
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def check_alive(children: Children) -> None:
    """Raise ServerFailed if a server has ended."""
    for name, child in children.items():
        if child.poll() is not None:
            raise ServerFailed(
                f"The {name} ended with status {child.returncode}; the lines above may say why."
            )


def end(children: Children) -> None:
    """Terminate all; kill those that do not end in time."""
    for child in children.values():
        child.terminate()
    for child in children.values():
        try:
            child.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            # The whole session, gunicorn's workers too.
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def check_free(port: int) -> None:
    """Raise ServerFailed if a loopback port is in use or not allowed."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServerFailed(
                f"Port {port}: {error.strerror}. Choose another: make demo PORT={free_port()}"
            ) from error


def free_port() -> int:
    """Return a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
