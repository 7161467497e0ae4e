"""A relay of TCP between the dashboard and iSales, which may let answers drip."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

DROP, PAUSE = 16, 0.2  # bytes, seconds


class Relay:
    """``drips``: whether answers come a few bytes at a time."""

    def __init__(self, to: int) -> None:
        self.to, self.drips = to, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.to))
                for source, sink, answers in ((client, server, False), (server, client, True)):
                    words = (source, sink, answers)
                    threading.Thread(target=self._pass_on, args=words, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with suppress(OSError), source, sink:
            while data := source.recv(65536):
                while data:
                    size = DROP if answers and self.drips else len(data)
                    sink.sendall(data[:size])
                    data = data[size:]
                    if data:
                        time.sleep(PAUSE)


@contextmanager
def relaying(to: int) -> Iterator[Relay]:
    """Relay to a port until the block ends."""
    relay = Relay(to)
    try:
        yield relay
    finally:
        relay.listener.close()
