"""``make demo``: the dashboard with a simulated iSales.

Database, keys and the simulator's secret are kept in ``.demo``, in one folder per port, so that two
demos do not share them. Settings of a real installation in the environment are ignored.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from cryptography.fernet import Fernet

from dashboard.environment import NUMBERS, ways_in
from dashboard.operations.commands import manage
from dashboard.operations.servers import (
    ROOT,
    Children,
    ServerFailed,
    check_alive,
    check_free,
    end,
    free_port,
    start,
    wait_for,
)

USER = "supervisor"
PASSWORD = "reserved-calls"  # noqa: S105 for everybody who tries the demo
NORTH, AUDITOR = "north", "auditor"
NORTHERNERS = "101,102,103,104,105,106,107,108"
ACCESS_KEY = "DEMO-ACCESS-KEY"
WORKING_HOURS = "Mon-Fri 08:00-18:30, Sat 08:00-14:00"  # the simulated ones are longer
TO_HOLIDAY = timedelta(days=6)  # the last of the days that Insight looks ahead
PORTALS = "http://localhost:*,http://127.0.0.1:*"  # of this machine, to try a frame
OURS = (
    "ALLOWED_HOSTS",
    "CREDENTIAL_KEYS",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
    "EMAIL_URL",
    "FRAME_ANCESTORS",
    "GUNICORN_CMD_ARGS",
    "HTTPS",
    "ISALES_HOSTS",
    "LOG_FORMAT",
    "METRICS_TOKEN",
    "PROMETHEUS_MULTIPROC_DIR",
    "SECRET_KEY",
    "TIME_ZONE",
    "WEBHOOK_HOSTS",
    *NUMBERS,
    *ways_in.NAMES,
)


class Stack(NamedTuple):
    """The running dashboard's address, and the processes behind it."""

    address: str
    children: Children


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of the demo's processes; its keys are made once, in ``folder``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
        "FRAME_ANCESTORS": PORTALS,
        "HTTPS": "0",
        "SECRET_KEY_FILE": _kept(folder / "secret-key", secrets.token_urlsafe(50)),
        "TIME_ZONE": _zone(),
    }


@contextmanager
def running(folder: Path, port: int, rows: int = 6000) -> Iterator[Stack]:
    """Run simulator and dashboard until the block ends. Raises ServerFailed."""
    check_free(port)
    env = environment(folder)
    isales = free_port()
    children: Children = {}
    try:
        children["simulator"] = start_simulator(isales, folder, rows, env)
        set_up(folder, isales, env)
        children["dashboard"] = start_dashboard(port, env)
        wait_for(isales, "/", children)
        wait_for(port, "/readyz", children)
        yield Stack(f"http://127.0.0.1:{port}", children)
    finally:
        end(children)


def start_simulator(
    port: int, folder: Path, rows: int, env: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    # As one argument: a random secret may begin with a dash.
    keys = ["--access-key", ACCESS_KEY, f"--secret-key={Path(_secret(folder)).read_text()}"]
    where = ["--port", str(port), "--rows", str(rows)]
    # By the door without Django, which takes a fifth of the time to start.
    door = ["-m", "appoints.isales.simulator"]
    return start([*door, *where, *keys], {**env, "TZ": _zone()})


def start_dashboard(port: int, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    bind = ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    return start(
        ["-m", "gunicorn", "-c", "python:dashboard.gunicorn", *bind, "dashboard.wsgi"], env
    )


def set_up(folder: Path, isales: int, env: Mapping[str, str]) -> None:
    """Make database, style sheets, the connection to iSales' port and people, once for all."""
    where = ["--base-url", f"http://127.0.0.1:{isales}", "--vdn", "1"]
    keys = ["--access-key", ACCESS_KEY, "--secret-key-file", _secret(folder)]
    hours = ["--time-zone", _zone(), "--working-hours", WORKING_HOURS, "--holidays", _holiday()]
    made = manage(
        env,
        ["migrate", "--verbosity", "0"],
        ["collectstatic", "--no-input", "--verbosity", "0"],
        ["connection", "demo", *where, *keys, *hours],
        ["createsuperuser", "--no-input", "--username", USER, "--email", ""],
        fails=True,
    )
    if not made.returncode:
        _add_people(folder, env)
    elif b"already taken" not in made.stderr:
        raise ServerFailed(made.stderr.decode())


def _add_people(folder: Path, env: Mapping[str, str]) -> None:
    """Add a team that sees a part of everything, its supervisor, and an auditor."""
    password = ["--password-file", _kept(folder / "password", PASSWORD)]
    manage(
        env,
        ["team", NORTH, "--name", "North", "--grant", f"demo agents={NORTHERNERS}"],
        ["person", NORTH, *password, "--team", NORTH, "--role", "exporter"],
        ["person", AUDITOR, *password, "--role", "auditor"],
    )


def _secret(folder: Path) -> str:
    return _kept(folder / "isales-secret-key", secrets.token_urlsafe(24))


def _kept(path: Path, made: str) -> str:
    """Return the path of a file with a secret; create it if it is missing."""
    if not path.exists():
        whole = path.with_suffix(".new")
        whole.touch(mode=0o600)
        whole.write_text(made)
        whole.rename(path)
    return str(path)


def _zone() -> str:
    """Return the machine's IANA zone, or UTC; the simulated office works in it."""
    link = Path("/etc/localtime")
    name = os.environ.get("TZ") or str(link.resolve()).partition("zoneinfo/")[2]
    return name if name in available_timezones() else "UTC"


def _holiday() -> str:
    return (datetime.now(ZoneInfo(_zone())) + TO_HOLIDAY).date().isoformat()


def _port() -> int:
    words = os.environ.get("PORT", "8000")
    if not (words.isascii() and words.isdigit() and 0 < int(words) < 65536):
        raise ServerFailed(f"PORT={words} is no port: make demo PORT=8000")
    return int(words)


def _stop(*_: object) -> None:
    # A second Ctrl-C would interrupt the stopping and leave processes behind.
    _on_signals(signal.SIG_IGN)
    raise KeyboardInterrupt


def _on_signals(action: Callable[..., None] | signal.Handlers) -> None:
    # SIGINT too: a shell starts background processes with it ignored.
    signal.signal(signal.SIGINT, action)
    signal.signal(signal.SIGTERM, action)
    # A closed terminal, unless started with nohup.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, action)


def main() -> None:
    """Run the demo until Ctrl-C."""
    _on_signals(_stop)
    try:
        port = _port()
        with running(ROOT / ".demo" / str(port), port) as stack:
            print(f"\n  Reserved calls   {stack.address}", flush=True)
            print(f"  Sign in          {USER} / {PASSWORD}  sees everything", flush=True)
            print(
                f"                   {NORTH} / {PASSWORD}  eight agents, numbers masked", flush=True
            )
            print(f"                   {AUDITOR} / {PASSWORD}  just the log", flush=True)
            print("  Ctrl-C stops it.\n", flush=True)
            while True:
                check_alive(stack.children)
                time.sleep(0.5)
    except KeyboardInterrupt:
        print("\nStopped.")
    except ServerFailed as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
