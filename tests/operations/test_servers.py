"""What ``make`` stands on: locks that any registry serves, a demo that keeps to itself."""

from __future__ import annotations

import re
import signal
import socket
import stat
import time
from argparse import ArgumentParser
from pathlib import Path

import pytest

from appoints.isales.simulator import command
from dashboard.operations import demo
from dashboard.operations.servers import ROOT, ServerFailed, check_alive, check_free, end, start

LOCKS = [*sorted(ROOT.glob("requirements*.lock")), ROOT / "tests/newest_django.lock"]
DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w")
time.sleep(60)
"""


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_registry(lock: Path) -> None:
    assert not re.findall(r".*(?:://|index-url|find-links).*", lock.read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_part_of_a_lock_has_a_hash(lock: Path) -> None:
    parts = re.split(r"\n(?=\S)", lock.read_text().strip())

    assert [part for part in parts if "--hash=sha256:" not in part] == []


@pytest.mark.parametrize("name", demo.OURS)
@pytest.mark.parametrize("suffix", ["", "_FILE"])
def test_nothing_of_a_real_installation_reaches_the_demo(
    name: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name + suffix, "from outside")

    assert "from outside" not in demo.environment(tmp_path).values()


def test_the_demos_keys_are_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo.environment(folder)
    first = {path.name: path.read_text() for path in folder.iterdir()}
    demo.environment(folder)

    assert first == {path.name: path.read_text() for path in folder.iterdir()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_port_in_use_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServerFailed, match=rf"^Port {port}: .*make demo PORT=\d+$"):
            check_free(port)


def test_a_server_that_ended_is_named_with_its_status() -> None:
    children = {"simulator": start(["-c", "raise SystemExit(3)"], {})}
    children["simulator"].wait()

    with pytest.raises(ServerFailed, match="The simulator ended with status 3"):
        check_alive(children)


def test_a_server_that_will_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.operations.servers.STOP_TIMEOUT", 0.1)
    child = start(["-c", DEAF, str(tmp_path / "deaf")], {})
    while not (tmp_path / "deaf").exists():
        assert child.poll() is None
        time.sleep(0.01)

    end({"dashboard": child})

    assert child.returncode == -signal.SIGKILL


def test_a_secret_that_begins_like_an_option_reaches_the_simulator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(demo, "start", lambda words, env: started.extend(words))
    (tmp_path / "isales-secret-key").write_text("-x")

    demo.start_simulator(9100, tmp_path, 10, {})

    parser = ArgumentParser()
    command.add_arguments(parser)
    assert parser.parse_args(started[2:]).secret_key == "-x"


def test_the_simulated_office_works_in_the_machines_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, str] = {}
    monkeypatch.setattr(demo, "start", lambda words, env: told.update(env))
    monkeypatch.setenv("TZ", "Asia/Shanghai")

    demo.start_simulator(9100, tmp_path, 10, {})

    assert told == {"TZ": "Asia/Shanghai"}
