"""End of gunicorn's own listening sockets when it is told to stop.

gunicorn itself would leave connections in the queue of a socket that nobody accepts from any more,
and reset them once the last request is answered.
"""

from __future__ import annotations

import socket
import time
from functools import partial

from gunicorn.arbiter import Arbiter

QUEUE_TIME = 1.0  # seconds for the workers to accept what has come


def refuse_when_stopped(server: Arbiter) -> None:
    """Let SIGTERM refuse new connections at once, so that a proxy goes elsewhere.

    A socket that was passed on, as systemd does, stays as it is: the next process accepts from it.
    """
    if not server.systemd:
        server.handle_term = partial(_stop, server)


def _stop(server: Arbiter) -> None:
    deadline = time.monotonic() + QUEUE_TIME
    for listener in server.LISTENERS:
        while listener.get_backlog() > 0 and time.monotonic() < deadline:
            time.sleep(0.001)
        listener.sock.shutdown(socket.SHUT_RD)
    raise StopIteration  # as gunicorn's own does, which ends its main loop
