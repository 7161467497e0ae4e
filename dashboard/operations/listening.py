"""End of gunicorn's own listening sockets when it is told to stop.

gunicorn itself would leave connections in the queue of a socket that nobody accepts from any more,
and reset them once the last request is answered.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import time
from contextlib import suppress
from functools import partial

from gunicorn.arbiter import Arbiter

QUEUE_TIME = 20.0  # seconds for busy workers to accept what has come
LOOK_AGAIN = 0.01  # seconds, in which a handshake under way ends
ATTACH_FILTER = 26  # Linux' SO_ATTACH_FILTER
# Linux' classic packet filter, over the TCP header: drop what opens a connection, take all else.
NO_MORE = (
    (0x30, 0, 0, 13),  # load the flags
    (0x54, 0, 0, 0x12),  # of which SYN and ACK
    (0x15, 0, 1, 0x02),  # where there is SYN alone
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFFFFFF),  # otherwise take
)


def refuse_when_stopped(server: Arbiter) -> None:
    """Let SIGTERM refuse new connections, so that a proxy goes elsewhere.

    A socket that was passed on, as systemd does, stays as it is: the next process accepts from it.
    """
    if not server.systemd:
        server.handle_term = partial(_stop, server)


def _stop(server: Arbiter) -> None:
    for listener in server.LISTENERS:
        with suppress(OSError):  # no TCP, or no Linux
            _open_no_more(listener.sock)
    deadline = time.monotonic() + QUEUE_TIME
    for listener in server.LISTENERS:
        time.sleep(LOOK_AGAIN)
        while listener.get_backlog() > 0 and time.monotonic() < deadline:
            time.sleep(LOOK_AGAIN)
        # This resets what is still in the queue.
        listener.sock.shutdown(socket.SHUT_RD)
    raise StopIteration  # as gunicorn's own does, which ends its main loop


def _open_no_more(listening: socket.socket) -> None:
    """Let the kernel ignore who wants to connect: they try again, and are refused by then."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in NO_MORE))
    program = struct.pack("HP", len(NO_MORE), ctypes.addressof(code))
    listening.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, program)
