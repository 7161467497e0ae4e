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


@pytest.fixture
def collected(tmp_path: Path) -> Path:
    """Return the folder where collectstatic has put our scripts."""
    shutil.copytree(SCRIPTS, tmp_path / "js")
    files = FileSystemStorage(tmp_path)
    storage = StaticStorage(tmp_path, "/static/")
    paths = {f"js/{file.name}": (files, f"js/{file.name}") for file in SCRIPTS.iterdir()}
    for _name, _hashed, done in storage.post_process(paths):
        assert not isinstance(done, Exception), done
    return tmp_path / "js"


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
