"""A mail server on loopback: it takes messages, refuses them, or is slow."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer


class MailServer(ThreadingTCPServer):
    """``refuse`` are replies by the command that they answer; ``pause`` is in seconds."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.refuse: dict[str, str] = {}
        self.pause = 0.0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @contextmanager
    def running(self) -> Iterator[MailServer]:
        thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()


class _Session(StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say("220 mail.example")
        while line := self.rfile.readline().decode().strip():
            verb = line.partition(" ")[0].upper()
            if verb == "RCPT":
                time.sleep(self.server.pause)
            if reply := self.server.refuse.get(verb):
                self.say(reply)
            elif verb == "DATA":
                self.say("354 go on")
                self.take(self.content())
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                if verb == "RCPT":
                    self.server.receivers.append(line)
                self.say("250 ok")

    def content(self) -> bytes:
        found = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            found += line.removeprefix(b".") if line.startswith(b"..") else line
        return found

    def take(self, content: bytes) -> None:
        if reply := self.server.refuse.get("CONTENT"):
            self.say(reply)
            return
        made = message_from_bytes(content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.server.messages.append(made)
        self.say("250 taken")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
