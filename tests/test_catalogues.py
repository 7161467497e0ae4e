"""The catalogues: whole, up to date, and compiled; make messages brings them there."""

from __future__ import annotations

import ast
import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from appoints.isales import codes
from dashboard.operations.servers import ROOT
from tests.catalogue import FOLDER, path_of, read

CATALOGUES = sorted(folder.name for folder in FOLDER.iterdir())
OFFERED = [to_locale(code) for code, _name in settings.LANGUAGES if code != "en"]
MARKERS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
IN_CODES = {
    *codes.RESULT_CODES.values(),
    *codes.CALL_TYPES.values(),
    *codes.CALL_STATUSES.values(),
    *codes.TASK_STATUSES.values(),
    *codes.RESULTS.values(),
    *codes.GROUPS.values(),
    *codes.FAIL_WORDS.values(),
}


@pytest.mark.parametrize("language", OFFERED)
def test_no_message_of_a_language_on_offer_is_missing_or_fuzzy(language: str) -> None:
    assert [entry.source for entry in read(path_of(language)) if not entry.is_complete] == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_catalogue_keeps_nothing_of_the_past(language: str) -> None:
    assert [entry for entry in read(path_of(language)) if "obsolete" in entry.flags] == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_translations_fill_in_what_the_source_does(language: str) -> None:
    wrong = {entry.source: entry.misplaced() for entry in read(path_of(language))[1:]}
    assert {source: texts for source, texts in wrong.items() if texts} == {}


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_word_for_a_code_is_in_the_catalogue(language: str) -> None:
    assert {entry.source for entry in read(path_of(language))} >= IN_CODES


@pytest.mark.parametrize("folder", ["appoints", "dashboard"])
def test_no_words_are_marked_within_an_f_string_where_makemessages_misses_them(
    folder: str,
) -> None:
    missed = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in (ROOT / folder).rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in MARKERS
    ]
    assert missed == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_what_is_compiled_says_what_was_translated(language: str) -> None:
    with path_of(language).with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    wanted: dict[str | tuple[str, int], str] = {}
    for entry in read(path_of(language))[1:]:
        key = f"{entry.context}\x04{entry.source}" if entry.context else entry.source
        if entry.plural and all(entry.texts):
            wanted |= {(key, form): text for form, text in enumerate(entry.texts)}
        elif not entry.plural and entry.texts[0]:
            wanted[key] = entry.texts[0]
    said = {key: text for key, text in compiled._catalog.items() if key != ""}
    assert said == wanted, "make messages compiles them"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the catalogues as makemessages brings a copy of them up to date."""
    copy = tmp_path_factory.mktemp("messages")
    for name in ("appoints", "dashboard", "templates"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", copy)
    # Without the path: a plugin of pytest may have put the originals there.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    command = [sys.executable, "manage.py", "makemessages", "--verbosity", "0"]
    subprocess.run(command, cwd=copy, env=environment, check=True, timeout=60)
    return copy / "dashboard" / "locale"


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs Debian's gettext")
@pytest.mark.parametrize("language", CATALOGUES)
def test_a_catalogue_is_up_to_date_with_the_sources(fresh: Path, language: str) -> None:
    now = {entry.key for entry in read(path_of(language))}
    then = {entry.key for entry in read(fresh / language / "LC_MESSAGES" / "django.po")}
    assert now == then, "make messages brings it there"


@pytest.mark.parametrize("language", CATALOGUES)
def test_the_name_of_a_workbooks_sheet_is_one_that_excel_takes(language: str) -> None:
    name = next(entry for entry in read(path_of(language)) if entry.context == "sheet").texts[0]
    assert len(name) <= 31 and not set(name) & set("[]:*?/\\")


def test_there_is_a_catalogue_of_every_language_on_offer() -> None:
    assert {*OFFERED} <= {*CATALOGUES}


@pytest.mark.parametrize("language", OFFERED)
def test_a_plural_has_as_many_forms_as_the_language(language: str) -> None:
    header, *entries = read(path_of(language))
    forms = int(header.texts[0].partition("nplurals=")[2][0])
    assert [each.source for each in entries if each.plural and len(each.texts) != forms] == []
