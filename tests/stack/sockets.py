"""Listening sockets that outlive the servers, passed on as systemd passes them."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dashboard.operations.servers import ROOT

# sd_listen_fds(3): descriptors from 3 on, and the process that they are meant for.
PASS = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


@contextmanager
def listening(address: str = "127.0.0.1") -> Iterator[socket.socket]:
    """Hold a listening socket, as systemd does for a ``.socket`` unit."""
    with socket.create_server((address, 0), backlog=4096) as held:
        yield held


def start(held: socket.socket, env: Mapping[str, str], *words: str) -> subprocess.Popen[bytes]:
    """Start Python with these words, and pass the socket on."""
    return subprocess.Popen(
        [sys.executable, "-c", PASS, str(held.fileno()), *words],
        cwd=ROOT,
        env=dict(env),
        pass_fds=[held.fileno()],
        start_new_session=True,
    )
