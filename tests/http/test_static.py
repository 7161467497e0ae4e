"""Static files under names that tell their content."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from dashboard.environment import BASE_DIR
from dashboard.http.static import StaticStorage

SCRIPTS = BASE_DIR / "static" / "js"
IMPORTED = re.compile(r"""(?:from|import)\s*\(?["'](.+?)["']""")


def collect(folder: Path) -> None:
    """Do what collectstatic does to the files in the folder ``js`` of this one."""
    files = FileSystemStorage(folder)
    names = [f"js/{file.name}" for file in (folder / "js").iterdir()]
    storage = StaticStorage(folder, "/static/")
    for _name, _hashed, done in storage.post_process({name: (files, name) for name in names}):
        assert not isinstance(done, Exception), done


@pytest.fixture
def collected(tmp_path: Path) -> Path:
    """Return the folder where collectstatic has put our scripts."""
    shutil.copytree(SCRIPTS, tmp_path / "js")
    collect(tmp_path)
    return tmp_path / "js"


def test_what_pages_ask_for_is_compressed_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "js"
    folder.mkdir()
    for name in ("whole.js", "whole.min.js", "alone.js"):
        (folder / name).write_text("let a = 1;\n" * 99)
    collect(tmp_path)
    compressed = [re.sub(r"\w{12}", "hash", file.stem) for file in folder.glob("*.gz")]

    assert sorted(compressed) == ["alone.hash.js", "whole.min.hash.js"]


def test_a_script_imports_others_under_names_that_tell_their_content(collected: Path) -> None:
    hashed = [file for file in collected.iterdir() if re.search(r"\.\w{12}\.js$", file.name)]
    imported = [name for file in hashed for name in IMPORTED.findall(file.read_text())]

    assert len(hashed) == len(list(SCRIPTS.iterdir()))
    assert imported
    assert [name for name in imported if not re.fullmatch(r"\./[\w-]+\.\w{12}\.js", name)] == []
    assert [name for name in imported if not (collected / name).exists()] == []


def test_one_script_alone_knows_htmx() -> None:
    knowing = [file.name for file in SCRIPTS.iterdir() if re.search("htmx[.:]", file.read_text())]

    assert knowing == ["swap.js"]
