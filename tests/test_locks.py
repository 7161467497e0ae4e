"""The lock files: what they pin is what is installed, whatever newer versions an index has."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.markers import Marker

from dashboard.operations.servers import ROOT

# The smallest first: the others hold it.
LOCKS = sorted(ROOT.glob("requirements*.lock"), key=lambda lock: lock.stat().st_size)
# A pin, its marker, and which packages require it.
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+)(?: ; (?P<marker>[^\\]+?))?\s*\\?$")
NEWER = "9999"
INSTALLERS = {"pip", "setuptools"}  # they install, so that no empty wheel may replace them


class Pin(NamedTuple):
    name: str
    version: str
    marker: str
    required_by: list[str]

    @property
    def is_for_this_machine(self) -> bool:
        return not self.marker or Marker(self.marker).evaluate()


def pins(lock: Path) -> list[Pin]:
    found: list[Pin] = []
    for entry in re.split(r"\n(?=\S)", lock.read_text().strip()):
        head, *lines = entry.splitlines()
        pin = PIN.match(head)
        assert pin, head
        via = [
            line.strip("# ").removeprefix("via").strip() for line in lines if "--hash" not in line
        ]
        found.append(Pin(pin["name"], pin["version"], (pin["marker"] or "").strip(), via))
    return found


def wheel(folder: Path, name: str, version: str, requirements: list[str]) -> str:
    """Write an empty wheel into a folder; return its SHA-256."""
    stem = f"{re.sub('[-.]+', '_', name)}-{version}"
    files = {
        f"{stem}.dist-info/METADATA": "".join(
            [
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: more\n",
                *(f"Requires-Dist: {each}\n" for each in requirements),
            ]
        ),
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},{digest(text)},{len(text)}\n" for path, text in files.items())
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in {**files, f"{stem}.dist-info/RECORD": record}.items():
            archive.writestr(path, text)
    (folder / f"{stem}-py3-none-any.whl").write_bytes(content.getvalue())
    return hashlib.sha256(content.getvalue()).hexdigest()


def digest(text: str) -> str:
    hashed = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def stand_ins(index: Path) -> dict[str, str]:
    """Return the locks for an index of empty wheels, where each package has a newer version too.

    Each package requires its dependencies with an extra that the locks do not name: a resolver
    then takes the newest version, which the locks have no hash of.
    """
    everything = pins(ROOT / "requirements-bench.lock")
    hashes: dict[str, str] = {}
    for pin in everything:
        needs = [
            f"{each.name}[more]" + (f" ; {each.marker}" if each.marker else "")
            for each in everything
            if pin.name in each.required_by and each.name not in INSTALLERS
        ]
        wheel(index, pin.name, NEWER, needs)
        hashes[pin.name] = wheel(index, pin.name, pin.version, needs)
    return {
        lock.name: "".join(
            f"{pin.name}=={pin.version}{pin.marker and f' ; {pin.marker}'}"
            f" --hash=sha256:{hashes[pin.name]}\n"
            for pin in pins(lock)
            if pin.name not in INSTALLERS
        )
        for lock in LOCKS
    }


def environment(index: Path) -> Mapping[str, str]:
    """Return an environment in which pip and make know this index only, and no settings of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def make(folder: Path, target: str) -> None:
    words, known = ["make", target, f"PYTHON={sys.executable}"], environment(folder / "index")
    done = subprocess.run(words, cwd=folder, env=known, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A folder with the locks, an index of empty wheels for them and an empty environment."""
    (tmp_path / "index").mkdir()
    for name, text in stand_ins(tmp_path / "index").items():
        (tmp_path / name).write_text(text)
    shutil.copy(ROOT / "Makefile", tmp_path)
    # The pip of these tests stands for one of its own, whose installation takes seconds.
    venv.create(tmp_path / ".venv")
    pip = tmp_path / ".venv/bin/pip"
    pip.write_text(
        f'#!/bin/sh\nexec {sys.executable} -m pip --python "$(dirname "$0")/python" "$@"\n'
    )
    pip.chmod(0o755)
    (tmp_path / ".venv/created").touch()
    return tmp_path


def installed(folder: Path) -> dict[str, str]:
    [packages] = folder.glob(".venv/lib/python*/site-packages")
    found = distributions(path=[str(packages)])
    return {re.sub("[-_.]+", "-", each.name).lower(): each.version for each in found}


def test_an_empty_environment_gets_just_what_each_lock_pins_from_an_index_with_newer_versions(
    empty: Path,
) -> None:
    for lock in LOCKS:  # each goes on from the one before, as make does
        make(empty, lock.name.replace("requirements", ".venv/installed").removesuffix(".lock"))
        wanted = {pin.name: pin.version for pin in pins(lock) if pin.is_for_this_machine}
        assert installed(empty) == {name: wanted[name] for name in wanted.keys() - INSTALLERS}
