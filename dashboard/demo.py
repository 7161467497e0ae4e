"""``make demo``: the dashboard over a simulated iSales, set up in a folder of its own.

Everything lives in ``.demo``: database, keys, the simulator's secret. What the environment says
about a real installation is not looked at.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
USER = "supervisor"
PASSWORD = "reserved-calls"  # noqa: S105 for everybody who tries the demo
ACCESS_KEY = "DEMO-ACCESS-KEY"
OURS = (
    "ALLOWED_HOSTS",
    "CREDENTIAL_KEYS",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
    "FRAME_ANCESTORS",
    "GUNICORN_CMD_ARGS",
    "HTTPS",
    "SECRET_KEY",
)
PATIENCE = 30.0  # seconds for a server to answer


class Broken(Exception):
    """The demo cannot go on; the message says why."""


class Stack(NamedTuple):
    """The running dashboard's address, and the processes behind it."""

    address: str
    children: list[subprocess.Popen[bytes]]


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of the demo's processes, with keys made once in ``folder``."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = {
        name: value
        for name, value in os.environ.items()
        if name.removesuffix("_FILE") not in OURS and name != "PORT"
    }
    return {
        **found,
        "CREDENTIAL_KEYS_FILE": _kept(folder / "credential-keys", Fernet.generate_key().decode()),
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "HTTPS": "0",
        "SECRET_KEY_FILE": _kept(folder / "secret-key", secrets.token_urlsafe(50)),
    }


@contextmanager
def running(folder: Path, port: int, rows: int = 3000) -> Iterator[Stack]:
    """Run simulator and dashboard until the block ends. Raises Broken."""
    _check_free(port)
    env = environment(folder)
    secret = _kept(folder / "isales-secret-key", secrets.token_urlsafe(24))
    isales = _free_port()
    children: list[subprocess.Popen[bytes]] = []
    try:
        children.append(_simulator(isales, secret, rows, env))
        _set_up(isales, secret, env)
        children.append(_dashboard(port, env))
        _wait_for(port, children)
        yield Stack(f"http://127.0.0.1:{port}", children)
    finally:
        for child in reversed(children):
            child.terminate()
        for child in children:
            child.wait(timeout=10)


def _simulator(
    port: int, secret: str, rows: int, env: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    keys = ["--access-key", ACCESS_KEY, "--secret-key", Path(secret).read_text()]
    where = ["--port", str(port), "--rows", str(rows)]
    return _start(["manage.py", "simulator", *where, *keys], env)


def _dashboard(port: int, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    bind = ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    return _start(
        ["-m", "gunicorn", "-c", "python:dashboard.gunicorn", *bind, "dashboard.wsgi"], env
    )


def _set_up(isales: int, secret: str, env: Mapping[str, str]) -> None:
    _manage(env, "migrate", "--verbosity", "0")
    _manage(env, "collectstatic", "--no-input", "--verbosity", "0")
    _manage(
        env,
        *("connection", "demo", "--base-url", f"http://127.0.0.1:{isales}", "--vdn", "1"),
        *("--access-key", ACCESS_KEY, "--secret-key-file", secret),
    )
    made = _manage(
        env, "createsuperuser", "--no-input", "--username", USER, "--email", "", fails=True
    )
    if made.returncode and b"already taken" not in made.stderr:
        raise Broken(made.stderr.decode())


def _manage(
    env: Mapping[str, str], *words: str, fails: bool = False
) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, check=False
    )
    if done.returncode and not fails:
        raise Broken(f"manage.py {words[0]} failed:\n{done.stderr.decode()}")
    return done


def _start(words: list[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # A session of its own, so that Ctrl-C reaches only the one who stops them in order.
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait_for(port: int, children: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        _check_alive(children)
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise Broken(f"the dashboard did not answer within {PATIENCE:.0f} s")


def _check_alive(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is not None:
            raise Broken("the simulator or the dashboard stopped; the lines above say why")


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Broken(
                f"Port {port} is in use. Choose another: make demo PORT={port + 1}"
            ) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _kept(path: Path, made: str) -> str:
    """Return the path of a file that holds a secret, made when it is not there yet."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(made)
    return str(path)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run the demo until Ctrl-C."""
    # Both, for a shell starts what runs in the background deaf to Ctrl-C.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _stop)
    try:
        with running(ROOT / ".demo", int(os.environ.get("PORT", "8000"))) as stack:
            print(f"\n  Reserved calls   {stack.address}", flush=True)
            print(f"  Sign in          {USER} / {PASSWORD}", flush=True)
            print("  Ctrl-C stops it.\n", flush=True)
            while True:
                _check_alive(stack.children)
                time.sleep(0.5)
    except KeyboardInterrupt:
        print("\nStopped.")
    except Broken as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
