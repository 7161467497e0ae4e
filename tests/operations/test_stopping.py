"""A server that is told to stop, over real sockets: it loses no request."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.operations import servers
from tests import settings as _keys  # noqa: F401 the server reads them from the environment
from tests.stack import sockets
from tests.stack.load import processes

GUNICORN = ("-m", "gunicorn", "-c", "python:dashboard.gunicorn", "--log-level", "error")
APPLICATION = "tests.operations.waiting_app:application"
PATIENCE = 20.0  # seconds, on a busy machine


def environment(**variables: str) -> dict[str, str]:
    env = {**os.environ, **variables, "WEB_CONCURRENCY": "1"}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    return env


@contextmanager
def ended(children: servers.Children) -> Iterator[None]:
    try:
        yield
    finally:
        servers.end(children)


def asked(port: int, path: str) -> socket.socket:
    """A client that has sent a request."""
    client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    client.sendall(f"POST {path} HTTP/1.0\r\nContent-Length: 0\r\n\r\n".encode())
    return client


def answer(client: socket.socket) -> str:
    found = b""
    with client:
        while data := client.recv(4096):
            found += data
    return found.decode()


def is_refused(port: int) -> bool:
    try:
        asked(port, "/").close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_server_with_a_socket_of_its_own_refuses_at_once_and_answers_what_it_has(
    tmp_path: Path,
) -> None:
    port = servers.free_port()
    children = {"server": servers.start([*GUNICORN, APPLICATION], environment(PORT=str(port)))}
    with ended(children):
        servers.wait_for(port, "/", children)
        waiting = asked(port, f"/until?{tmp_path / 'go'}")
        asked_for = answer(asked(port, "/next"))
        children["server"].send_signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while not is_refused(port):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        (tmp_path / "go").touch()
        assert asked_for.endswith("POST /next")
        assert answer(waiting).endswith("POST /until")
        assert children["server"].wait(PATIENCE) == 0


def is_ignored(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.3).close()
    except TimeoutError:
        return True
    return False


def test_a_server_that_is_too_busy_to_accept_answers_whoever_came_before_it_was_stopped() -> None:
    port = servers.free_port()
    children = {"server": servers.start([*GUNICORN, APPLICATION], environment(PORT=str(port)))}
    with ended(children):
        servers.wait_for(port, "/", children)
        [worker] = processes([children["server"].pid])[1:]
        os.kill(worker, signal.SIGSTOP)
        try:
            early = asked(port, "/early")
            children["server"].send_signal(signal.SIGTERM)
            deadline = time.monotonic() + PATIENCE
            while not is_ignored(port):
                assert time.monotonic() < deadline
        finally:
            os.kill(worker, signal.SIGCONT)
        assert answer(early).endswith("POST /early")
        assert children["server"].wait(PATIENCE) == 0


def test_a_restart_on_a_socket_that_is_kept_loses_no_request(tmp_path: Path) -> None:
    env, children = environment(), {}
    with sockets.listening() as held, ended(children):
        port = held.getsockname()[1]
        children["before"] = sockets.start(held, env, *GUNICORN, APPLICATION)
        servers.wait_for(port, "/", children)
        waiting = asked(port, f"/until?{tmp_path / 'go'}")
        assert answer(asked(port, "/next")).endswith("POST /next")
        children["before"].send_signal(signal.SIGTERM)
        early = asked(port, "/early")
        (tmp_path / "go").touch()
        assert answer(waiting).endswith("POST /until")
        assert children.pop("before").wait(PATIENCE) == 0
        late = asked(port, "/late")
        children["after"] = sockets.start(held, env, *GUNICORN, APPLICATION)
        assert answer(early).endswith("POST /early")
        assert answer(late).endswith("POST /late")
