"""The code keeps to the sizes and the words that its readers can follow."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LONGEST_FUNCTION, LONGEST_FILE = 26, 260  # lines
WORDS = "shelf|whens|hands|astray|befell|hurry"
PRIVATE_WORDS = re.compile(rf"(?:\b|_)(?:{WORDS})(?:\b|_)", re.IGNORECASE)
MODULES = [
    path
    for folder in ("appoints", "dashboard")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not {"migrations", "locale"} & set(path.parts)
]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{name_of(path)}: {node.name}"


def test_no_function_is_longer_than_a_reader_keeps_in_mind() -> None:
    assert [each for path in MODULES for each in long_functions(path)] == []


def test_no_two_classes_have_one_name() -> None:
    names = Counter(
        node.name
        for path in MODULES
        if name_of(path).startswith(("appoints/", "dashboard/")) and "commands" not in path.parts
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_file_is_longer_than_a_reader_keeps_in_mind(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_word_is_private_to_its_author(path: Path) -> None:
    assert PRIVATE_WORDS.findall(path.read_text()) == []
