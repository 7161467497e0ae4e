"""A template and the dataclass of its context hold together."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from appoints.alerts import contexts as alerts
from appoints.api import reference
from appoints.display.context import Context
from appoints.display.insight import ahead, lanes, load, punctuality, reach, silence
from appoints.pages import contexts, detail_contexts, wallboard_contexts
from appoints.pages.insight import contexts as insight
from appoints.saved_views import contexts as saved_views
from tests.names import Names

FOLDER = Path(settings.BASE_DIR) / "templates"
FIGURES = (ahead, lanes, load, punctuality, reach, silence)
CONTEXTS = [
    each
    for module in (
        *(alerts, contexts, detail_contexts, insight, reference, wallboard_contexts),
        saved_views,
    )
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, Context) and each is not Context
]
PARTS = [
    each
    for module in (contexts, detail_contexts, insight, *FIGURES, wallboard_contexts)
    for each in vars(module).values()
    if is_dataclass(each) and each.__module__ == module.__name__ and each not in CONTEXTS
]


@cache
def names_of(context: type[Context]) -> Names:
    names = Names()
    names.of(context)
    return names


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda each: each.__name__)
def test_a_template_uses_only_names_that_its_context_has(context: type[Context]) -> None:
    assert names_of(context).missing == set()


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda each: each.__name__)
def test_every_field_of_a_context_is_used(context: type[Context]) -> None:
    used = names_of(context).used
    assert [each.name for each in fields(context) if (context, each.name) not in used] == []


@pytest.mark.parametrize("part", PARTS, ids=lambda each: each.__name__)
def test_every_field_of_a_part_is_used(part: type) -> None:
    used = {each for context in CONTEXTS for each in names_of(context).used}
    assert [each.name for each in fields(part) if (part, each.name) not in used] == []  # type: ignore[arg-type]


def test_every_template_is_drawn_from_a_context() -> None:
    seen = {name for context in CONTEXTS for name in names_of(context).seen}
    ours = {each.relative_to(FOLDER).as_posix() for each in (FOLDER / "appoints").rglob("*.html")}
    assert ours - seen == set()


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.html")), ids=lambda path: path.name)
def test_a_template_says_what_it_draws_from_which_context(path: Path) -> None:
    text = path.read_text()
    header = text.partition("{% comment %}")[2].partition("{% endcomment %}")[0]
    assert header.strip()
    assert "Context: " in header
    assert path.name.startswith("_") != ("{% extends" in text or "<!doctype" in text)
    assert max(map(len, text.splitlines())) <= 160


@dataclass(frozen=True, kw_only=True)
class Part:
    number: int


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("{{ part.number }}", set()),
        ("{{ none }}", {"none"}),
        ("{{ part.none }}", {"part.none"}),
        ("{% if part and none %}{% endif %}", {"none"}),
        ("{% for each in parts %}{{ each.none }}{% endfor %}", {"each.none"}),
        ("{% with each=part %}{{ each.none }}{% endwith %}", {"each.none"}),
        ("{{ part.number|add:none }}", {"none"}),
        ("{% load i18n %}{% blocktranslate %}{{ none }}{% endblocktranslate %}", {"none"}),
    ],
)
def test_a_name_that_is_missing_is_found(text: str, missing: set[str]) -> None:
    names = Names()
    types = {"part": Part, "parts": list[Part]}
    names.walk(engines["django"].from_string(text).template, "made up", types)
    assert {name for _template, name in names.missing} == missing
