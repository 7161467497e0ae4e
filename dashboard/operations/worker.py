"""gunicorn's gthread worker; a request gets a thread only once its whole head has arrived.

The main loop waits for heads and answers ``/healthz`` itself, also while every thread is busy and
while clients hold requests that they never finish.
"""

from __future__ import annotations

import errno
import gc
import re
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from selectors import EVENT_READ

from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_TIME = 10.0  # seconds for a head to come whole
CLOSING_TIME = 2.0  # seconds for a client to read the end of an answer
# A page lets other threads go a hundred times, with each query and each expression over rows, and
# then waits for a turn: Python's five milliseconds made it more than twice as slow where another
# computes, one makes it half as slow again. It takes a fiftieth more of the processor.
TURN = 0.001  # seconds
HEARTBEAT = 1.0  # seconds, of the 120 after which the master ends a worker
LONGEST_HEAD = 64 * 1024  # bytes; gunicorn refuses longer ones
HEAD_END = b"\r\n\r\n"
HEALTH = re.compile(rb"(GET|HEAD) (?:https?://[^/\s]+)?/healthz(?:\?\S*)? HTTP/1\.[01]\r\n")
ALIVE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
    b"Cache-Control: no-store\r\nConnection: close\r\n\r\n"
)


class Worker(ThreadWorker):
    """A worker whose main loop never blocks."""

    notified = 0.0  # on the monotonic clock

    def init_process(self) -> None:
        """Let threads take turns more often than Python does, then begin."""
        sys.setswitchinterval(TURN)
        super().init_process()

    def run(self) -> None:
        """Serve, with what has been loaded set aside.

        It is never garbage, and to look through it took a tenth of a second now and then.
        """
        gc.collect()
        gc.freeze()
        super().run()

    def notify(self) -> None:
        """Tell the master once a second that this lives, not at each event of each connection."""
        if time.monotonic() - self.notified >= HEARTBEAT:
            self.notified = time.monotonic()
            super().notify()

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection; begin to stop where the master has ended the listening socket."""
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            self.alive = False

    def enqueue_req(self, conn: TConn) -> None:
        """Handle a connection that is new, or that has more to read."""
        conn.close, conn.head = partial(self._close, conn), b""
        if self.cfg.is_ssl or _has_read_ahead(conn):
            super().enqueue_req(conn)
        elif _is_whole(conn):
            self._take(conn)
        else:
            self._poll(conn, HEAD_TIME, self._on_more)

    def _take(self, conn: TConn) -> None:
        """Answer a health check; give any other request to a thread."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        if health := HEALTH.match(conn.head):
            self._answer_health(conn, with_body=health[1] == b"GET")
        else:
            conn.data_ready = True  # otherwise the thread would wait for data
            super().enqueue_req(conn)

    def _answer_health(self, conn: TConn, *, with_body: bool) -> None:
        try:
            conn.sock.recv(len(conn.head), socket.MSG_DONTWAIT)
            conn.sock.send(ALIVE + (b"ok" if with_body else b""), socket.MSG_DONTWAIT)
        except OSError:
            pass  # the client has gone
        self.nr_conns -= 1
        conn.close(graceful=True)

    def _on_more(self, conn: TConn, _client: object) -> None:
        if _is_whole(conn):
            self._unpoll(conn)
            self._take(conn)

    def _close(self, conn: TConn, graceful: bool = False) -> None:
        """Close like gunicorn, but let the poller wait until the client has read the answer."""
        if graceful:
            try:
                conn.sock.shutdown(socket.SHUT_WR)
            except OSError:
                graceful = False
        if graceful:
            self.nr_conns += 1
            self._poll(conn, CLOSING_TIME, self._on_closing)
        else:
            conn.sock.close()

    def _on_closing(self, conn: TConn, _client: object) -> None:
        try:
            ended = not conn.sock.recv(LONGEST_HEAD, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            ended = True
        if ended:
            self._unpoll(conn)
            self.nr_conns -= 1
            conn.sock.close()

    def _poll(self, conn: TConn, seconds: float, then: Callable[[TConn, object], None]) -> None:
        """Wait in the main loop; murder_pending of gunicorn closes the connection in time."""
        conn.timeout = time.monotonic() + seconds
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(then, conn))

    def _unpoll(self, conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)


def _is_whole(conn: TConn) -> bool:
    """Return whether a thread can read the request without waiting; leave the bytes in the socket.

    Otherwise the poller wakes again only for more bytes, or when the client closes.
    """
    before = len(conn.head)
    try:
        conn.head = conn.sock.recv(LONGEST_HEAD, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
    size = len(conn.head)
    has_ended = size == before or conn.sock.family not in (socket.AF_INET, socket.AF_INET6)
    if has_ended or size == LONGEST_HEAD or HEAD_END in conn.head:
        return True
    conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size + 1)
    return False


def _has_read_ahead(conn: TConn) -> bool:
    """Return whether the next request arrived with the previous one."""
    return conn.parser is not None and bool(conn.parser.unreader.buf.getvalue())
