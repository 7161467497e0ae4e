"""The simulator's command, by manage.py and by ``python -m`` where there is no Django."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from appoints.isales.simulator import Options, Simulator
from appoints.management.commands.simulator import Command

HERE = Path(__file__).parents[2]
MANAGE_PY = ("manage.py", "simulator")
WITHOUT_DJANGO = ("-m", "appoints.isales.simulator")
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def no_django(tmp_path: Path) -> str:
    """A folder that comes first on the path, in which Django cannot be imported."""
    (tmp_path / "django.py").write_text("raise ImportError('there is no Django here')")
    return str(tmp_path)


@pytest.fixture
def command(no_django: str) -> Start:
    """Start the command; by ``python -m``, where there is no Django."""

    def started(door: tuple[str, ...], *words: str) -> subprocess.Popen[str]:
        bare = {"PATH": os.environ["PATH"]}
        if door == WITHOUT_DJANGO:
            bare["PYTHONPATH"] = no_django
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        line = (sys.executable, *door, *words)
        return subprocess.Popen(line, cwd=HERE, env=bare, text=True, **pipes)

    return started


def test_there_is_no_django_where_the_command_is_tried_without(no_django: str) -> None:
    line = (sys.executable, "-c", "import django")
    tried = subprocess.run(line, cwd=HERE, env={"PYTHONPATH": no_django}, capture_output=True)
    assert tried.returncode == 1


@pytest.mark.parametrize(
    ("door", "stop"), [(MANAGE_PY, signal.SIGTERM), (WITHOUT_DJANGO, signal.SIGINT)]
)
def test_the_command_says_where_it_is_and_stops_quietly(
    command: Start, door: tuple[str, ...], stop: signal.Signals
) -> None:
    process = command(door, "--port", "0", "--rows", "20", "--access-key", "MINE")
    assert process.stdout
    first = process.stdout.readline()
    assert "http://127.0.0.1:" in first and "MINE" in first and "Ctrl-C stops it" in first
    address = first.split()[3]
    assert httpx.post(f"{address}/", trust_env=False).status_code == 401
    process.send_signal(stop)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fault", "nonsense"), "unknown fault 'nonsense'"),
        (("--port", "99999"), "0-65535"),
    ],
)
def test_the_command_fails_in_one_line(command: Start, words: tuple[str, ...], said: str) -> None:
    _fails_in_one_line(command(WITHOUT_DJANGO, *words), said)


def test_a_port_that_is_taken_is_told_in_one_line(command: Start) -> None:
    with Simulator(Options(data=[])).running() as running:
        port = running.base_url.rpartition(":")[2]
        _fails_in_one_line(command(WITHOUT_DJANGO, "--port", port), "already in use")
        with pytest.raises(CommandError, match="^.*already in use.*$"):
            call_command("simulator", "--port", port)


def _fails_in_one_line(process: subprocess.Popen[str], said: str) -> None:
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out, error.count("\n")) == (1, "", 1)
    assert said in error


def test_both_doors_have_the_same_options(command: Start) -> None:
    without = command(WITHOUT_DJANGO, "--help").communicate(timeout=60)[0]
    with_django = Command().create_parser("manage.py", "simulator").format_help()
    options = set(re.findall(r"--[a-z-]+", without))
    assert len(options) == 13
    assert options <= set(re.findall(r"--[a-z-]+", with_django))
