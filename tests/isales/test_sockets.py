"""The client over real sockets: what no fake of a transport can show."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress

import httpx
import pytest

from appoints.isales.client import Client, Criteria, Page
from appoints.isales.endpoint import Endpoint
from appoints.isales.errors import ISalesError, NoAnswer, NotAuthorised, UnexpectedAnswer
from appoints.isales.secret import Secret
from appoints.isales.signing import PRESETS
from appoints.isales.simulator import Options, Simulator
from appoints.isales.transport import Transport, request_deadline

BUDGET = 0.6  # seconds
LONG = 20.0  # seconds that a busy machine may need, and an answer without a budget exceeds
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
BODY = json.dumps({"resultCode": "0200000", "data": [], "totalCount": 0}).encode()
GOOD = HEAD % len(BODY) + BODY

Answer = Callable[[socket.socket], object]


class Server:
    """Hands each connection to ``answer`` and counts them."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.connections = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with line, suppress(OSError):
            self.answer(line)


@contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    server = Server(answer)
    threading.Thread(target=server.serve, daemon=True).start()
    yield server
    server.socket.shutdown(socket.SHUT_RDWR)
    server.socket.close()


@contextmanager
def calling(url: str, preset: str = "host-only") -> Iterator[Callable[..., Page]]:
    client = Client(Endpoint(url, 1, "AK", Secret("SK"), PRESETS[preset]))

    def ask(offset: int = 0, limit: int = 10, budget: float = 5.0) -> Page:
        return client.list_page(
            Criteria(), offset, limit, pace=lambda _: nullcontext(), budget=budget
        )

    yield ask
    client.close()


def heard(line: socket.socket) -> bool:
    """Read a whole request, whose body is a JSON object; tell whether one came."""
    found = b""
    while not found.endswith(b"}"):
        part = line.recv(65536)
        if not part:
            return False
        found += part
    return True


def drip(line: socket.socket, start: bytes, pause: float = 0.02) -> None:
    """Send byte after byte until the caller leaves, or for longer than any of them may stay."""
    heard(line)
    line.sendall(start)
    ends = time.monotonic() + 2 * LONG
    while time.monotonic() < ends:
        time.sleep(pause)
        line.sendall(b" ")


@pytest.mark.parametrize(
    "answer",
    [
        lambda line: heard(line) and line.recv(1),
        lambda line: drip(line, b"HTTP/1.1 200 OK\r\nX-Slow: "),
        lambda line: drip(line, HEAD % 1000),
        lambda line: drip(line, b"HTTP/1.1 200 OK\r\n\r\n"),
        lambda line: drip(line, HEAD % 10**9, pause=0.0),
        # Each byte comes within the budget.
        lambda line: drip(line, HEAD % 1000, pause=BUDGET * 0.8),
    ],
    ids=["silent", "dripping headers", "dripping body", "without end", "running", "stalling"],
)
def test_an_answer_that_takes_too_long_is_cut_at_the_budget(answer: Answer) -> None:
    with serving(answer) as server, calling(server.url) as ask:
        begun = time.monotonic()
        with pytest.raises(NoAnswer, match="in time|too long"):
            ask(budget=BUDGET)
        assert time.monotonic() - begun < LONG
        assert server.connections == 1


def test_a_deadline_is_not_kept_for_the_next_call() -> None:
    # By word of the test, not by the first line: a deadline may pass before a line is made.
    answering = threading.Event()

    def answer(line: socket.socket) -> None:
        heard(line)
        if not answering.is_set():
            line.recv(1)
        time.sleep(0.2)
        line.sendall(GOOD)

    with serving(answer) as server, calling(server.url) as ask:
        with pytest.raises(NoAnswer):
            ask(budget=0.1)
        answering.set()
        assert ask().total == 0


def test_past_its_deadline_a_line_still_ends_in_words() -> None:
    with serving(lambda line: heard(line) and line.recv(1)) as server:
        request_deadline.set(time.monotonic() - 1)
        client = httpx.Client(transport=Transport(ssl.create_default_context()), timeout=5)
        with client, pytest.raises(httpx.TimeoutException):
            client.post(server.url, json={})


def test_a_proxy_that_the_shell_names_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Simulator(Options(data=[])).running() as simulator, calling(simulator.base_url) as ask:
        assert ask().total == 0


def test_headers_without_end_are_not_what_was_agreed() -> None:
    def answer(line: socket.socket) -> None:
        heard(line)
        line.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 300_000)
        line.recv(1)

    with serving(answer) as server, calling(server.url) as ask, pytest.raises(ISalesError):
        ask(budget=BUDGET)


@pytest.mark.parametrize("start", [b"SSH-2.0-OpenSSH\r\n", b"\x15\x03\x01\x00\x02\x02\x46"])
def test_what_speaks_no_http_gives_no_answer(start: bytes) -> None:
    def answer(line: socket.socket) -> None:
        heard(line)
        line.sendall(start)

    with serving(answer) as server, calling(server.url) as ask, pytest.raises(NoAnswer):
        ask(budget=BUDGET)


def test_a_body_that_is_cut_off_is_asked_for_again() -> None:
    answers = iter([GOOD[:-5], GOOD])

    def answer(line: socket.socket) -> None:
        heard(line)
        line.sendall(next(answers))

    with serving(answer) as server, calling(server.url) as ask:
        assert ask().total == 0
        assert server.connections == 2


def test_a_body_that_stays_cut_off_is_not_what_was_agreed() -> None:
    def answer(line: socket.socket) -> None:
        heard(line)
        line.sendall(GOOD[:-5])

    with serving(answer) as server, calling(server.url) as ask:
        with pytest.raises(UnexpectedAnswer, match="cut off"):
            ask(budget=5)
        assert server.connections == 3


def test_a_connection_is_kept_for_the_next_call() -> None:
    def answer(line: socket.socket) -> None:
        while heard(line):
            line.sendall(GOOD)

    with serving(answer) as server, calling(server.url) as ask:
        for _ in range(5):
            ask()
        assert server.connections == 1


def test_a_kept_connection_that_the_server_closed_is_opened_anew() -> None:
    def answer(line: socket.socket) -> None:
        heard(line)
        line.sendall(GOOD)

    with serving(answer) as server, calling(server.url) as ask:
        ask()
        time.sleep(0.05)
        ask()
        assert server.connections == 2


def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with calling(f"http://127.0.0.1:{port}") as ask, pytest.raises(NoAnswer, match="refused"):
        ask(budget=BUDGET)


@pytest.mark.parametrize("preset", PRESETS)
def test_fifty_pages_are_fifty_calls_and_none_is_rejected(preset: str) -> None:
    rows = [{"appointId": f"{number:030}"} for number in range(495)]
    with Simulator(Options(data=rows, insist=preset)).running() as simulator:
        with calling(simulator.base_url, preset) as ask:
            pages = [ask(offset) for offset in range(0, 500, 10)]
        assert [call.status for call in simulator.calls] == [200] * 50
    found = [row.appoint_id for page in pages for row in page.rows]
    assert found == [row["appointId"] for row in rows]
    assert {page.total for page in pages} == {495}


def test_who_insists_on_the_other_preset_rejects_just_one_call() -> None:
    with Simulator(Options(rows=5, insist="three-headers")).running() as simulator:
        with calling(simulator.base_url) as ask, pytest.raises(NotAuthorised):
            ask()
        assert [call.status for call in simulator.calls] == [401]
