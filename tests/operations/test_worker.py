"""What the server answers while its threads wait, over real sockets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from gunicorn.workers.gthread import ThreadWorker

from dashboard.operations import servers
from dashboard.operations.worker import Worker
from tests import settings as _keys  # noqa: F401 the server reads them from the environment

THREADS = 2
AT_ONCE = 8.0  # seconds, on a busy machine; a head that does not come whole is given up after 10
GET = "GET {} HTTP/1.1\r\nHost: 10.1.2.3\r\n\r\n"


@contextmanager
def server(*flags: str, **variables: str) -> Iterator[int]:
    port = servers.free_port()
    env = {**os.environ, **variables, "PORT": str(port), "WEB_CONCURRENCY": "1"}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    words = ["-m", "gunicorn", "-c", "python:dashboard.gunicorn", "--log-level", "error"]
    words += [f"--threads={THREADS}", "--graceful-timeout=1", *flags]
    children = {"server": servers.start([*words, "tests.operations.waiting_app:application"], env)}
    try:
        servers.wait_for(port, "/", children)
        yield port
    finally:
        servers.end(children)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with server() as found:
        yield found


def connect(port: int, *parts: str) -> socket.socket:
    """A client that has sent these parts, one after the other."""
    client = socket.create_connection(("127.0.0.1", port), timeout=AT_ONCE)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for part in parts:
        client.sendall(part.encode())
        time.sleep(0.02)
    return client


def answer(client: socket.socket) -> str:
    """All that comes until the server closes."""
    found = b""
    with client:
        while data := client.recv(4096):
            found += data
    return found.decode()


@contextmanager
def strangers(port: int, *parts: str) -> Iterator[None]:
    with ExitStack() as held:
        for _ in range(40):
            held.enter_context(connect(port, *parts))
        time.sleep(0.2)
        yield


def is_alive(port: int) -> bool:
    begun = time.monotonic()
    found = answer(connect(port, GET.format("/healthz")))
    assert time.monotonic() - begun < AT_ONCE
    return found.startswith("HTTP/1.1 200 OK\r\n") and found.endswith("\r\n\r\nok")


@pytest.mark.parametrize(
    "parts",
    [
        ("G",),
        ("GET /healthz HTTP/1.1\r\nHost: x",),
        ("GET /appoints/ HTTP/1.1\r\nHost: x\r\n", "Cookie: a=b"),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf a body",),
        ("GET / HTTP/1.0\r\n\r\n",),  # answered, and never closed by the client
        (),
    ],
    ids=["one letter", "half health", "half a head", "half a body", "not closed", "nothing"],
)
def test_health_is_answered_at_once_while_strangers_hold_half_sent_requests(
    port: int, parts: tuple[str, ...]
) -> None:
    with strangers(port, *parts):
        assert is_alive(port)


def test_health_is_answered_at_once_while_every_thread_waits() -> None:
    with server() as port, strangers(port, GET.format("/wait")):
        assert is_alive(port)


def test_pages_go_on_while_strangers_hold_half_sent_heads(port: int) -> None:
    with strangers(port, "GET / HTTP/1.1\r\nHost"):
        assert "GET /page" in answer(connect(port, "GET /page HTTP/1.0\r\n\r\n"))


def test_threads_take_turns_several_times_as_often_as_python_lets_them(port: int) -> None:
    found = answer(connect(port, "GET /turn HTTP/1.0\r\n\r\n"))
    assert 0 < float(found.rpartition("\r\n\r\n")[2]) <= 0.001


def test_what_was_loaded_before_the_first_request_is_never_looked_at_as_garbage(port: int) -> None:
    found = answer(connect(port, "GET /set-aside HTTP/1.0\r\n\r\n"))
    assert int(found.rpartition("\r\n\r\n")[2]) > 1000


def test_a_head_that_comes_in_parts_is_answered(port: int) -> None:
    parts = ("GET /pa", "ge HTTP/1.0\r\nHo", "st: x\r\n\r", "\n")
    assert "GET /page" in answer(connect(port, *parts))
    parts = ("GET /hea", "lthz HTTP/1.1\r\n", "Host: x\r\n\r\n")
    assert answer(connect(port, *parts)).endswith("ok")


def test_a_connection_that_is_kept_open_is_answered_again(port: int) -> None:
    with connect(port) as client:
        for path in ("/one", "/two"):
            client.sendall(GET.format(path).encode())
            found = ""
            while not found.endswith(f"GET {path}"):
                came = client.recv(4096)
                assert came, found
                found += came.decode()
        client.sendall(GET.format("/healthz").encode())
        assert answer(client).endswith("ok")


def test_requests_sent_together_are_answered_in_turn(port: int) -> None:
    together = GET.format("/one") + "GET /two HTTP/1.0\r\n\r\n"
    found = answer(connect(port, together))
    assert found.index("GET /one") < found.index("GET /two")


@pytest.mark.parametrize("target", ["/healthz?x=1", "http://elsewhere.example/healthz"])
def test_health_is_known_however_it_is_addressed(port: int, target: str) -> None:
    assert answer(connect(port, GET.format(target))).endswith("\r\n\r\nok")
    head = answer(connect(port, GET.format(target).replace("GET", "HEAD")))
    assert head.startswith("HTTP/1.1 200") and head.endswith("\r\n\r\n")


@pytest.mark.parametrize("target", ["/healthzx", "/x/healthz", "/?/healthz"])
def test_what_only_looks_like_health_is_a_page(port: int, target: str) -> None:
    path = target.partition("?")[0]
    assert f"GET {path}" in answer(connect(port, f"GET {target} HTTP/1.0\r\n\r\n"))


def test_a_client_that_ends_amid_a_head_is_let_go(port: int) -> None:
    client = connect(port, "GET / HT")
    client.shutdown(socket.SHUT_WR)
    assert answer(client) == ""


def test_a_port_alone_opens_no_other_address(port: int) -> None:
    with socket.socket() as other:
        # Free on another loopback address, for the server listens on 127.0.0.1 only.
        other.bind(("127.0.0.2", port))


def test_an_answer_that_fails_amid_its_parts_does_not_seem_whole(port: int) -> None:
    found = answer(connect(port, GET.format("/broken")))
    assert "\r\nTransfer-Encoding: chunked\r\n" in found
    assert found.endswith("\r\na part\r\n")  # a whole one ends with a part of no length


def test_beside_sqlite_no_worker_loads_the_driver_of_postgresql() -> None:
    program = "import sys, dashboard.wsgi, django_tables2; print('psycopg' in sys.modules)"
    own = {"DATABASE_URL": "sqlite:///:memory:", "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    words = [sys.executable, "-c", program]
    done = subprocess.run(
        words, env={**os.environ, **own}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False"]


def test_a_heartbeat_is_written_once_a_second_however_much_there_is_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, beats = 100.0, list[float]()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(ThreadWorker, "notify", lambda _: beats.append(now), raising=False)
    busy = Worker.__new__(Worker)
    for _ in range(40):
        busy.notify()
        now += 0.25
    assert beats == list(range(100, 110))
