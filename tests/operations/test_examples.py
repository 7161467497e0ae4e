"""The operators' examples say what the programs that read them understand."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from django.core.management import get_commands

from dashboard.operations.servers import ROOT
from tests.certificates import Authority
from tests.stack import nginx

EXAMPLES = ROOT / "dashboard" / "operations" / "examples"
UNITS = sorted(path.name for path in EXAMPLES.glob("calls*"))
PROGRAMS = "/srv/calls/.venv/bin/"
with_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")


def test_nginx_understands_its_site(tmp_path: Path) -> None:
    files = Authority().certify(x509.IPAddress(IPv4Address("127.0.0.1")), tmp_path)
    site = nginx.site(nginx.Ports(8080, 8443), ["127.0.0.1:8000"], files)
    path = nginx.written(tmp_path, site)
    line = [nginx.program(), "-t", "-c", str(path), "-e", "stderr"]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@with_systemd
def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    for name in UNITS:
        text = (EXAMPLES / name).read_text().replace(f"{PROGRAMS}python", sys.executable)
        (tmp_path / name).write_text(text)
    shutil.copy(tmp_path / "calls@.service", tmp_path / "calls@1.service")
    units = [str(tmp_path / name) for name in UNITS if "@" not in name]
    line = ["systemd-analyze", "verify", "--man=no", *units, str(tmp_path / "calls@1.service")]
    done = subprocess.run(line, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@with_systemd
@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_a_service_may_do_little_beyond_its_work(name: str, tmp_path: Path) -> None:
    unit = tmp_path / name.replace("@", "@1")
    shutil.copy(EXAMPLES / name, unit)
    # Tenths of systemd's measure of exposure, from 0 to 10.
    line = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(unit)]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".timer")])
def test_a_timer_starts_a_command_that_there_is(name: str) -> None:
    service = (EXAMPLES / name).with_suffix(".service").read_text()
    command = service.partition(f"{PROGRAMS}python manage.py ")[2].split()[0]
    assert command in get_commands()


def test_the_container_has_every_file_that_the_product_needs() -> None:
    lines = (EXAMPLES / "Containerfile").read_text().splitlines()
    copied = {line.split()[1] for line in lines if line.startswith("COPY")}
    assert copied == {
        "requirements.lock",
        "manage.py",
        "appoints",
        "dashboard",
        "static",
        "templates",
    }
    assert [name for name in copied if not (ROOT / name).exists()] == []
    command = json.loads(lines[-1].removeprefix("CMD "))
    service = (EXAMPLES / "calls@.service").read_text()
    assert f'/{command[0]}" {" ".join([*command[1:3], command[-1]])}' in service
