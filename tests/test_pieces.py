"""Pieces of pages: those of the same values are drawn once, others each for themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Engine, Template
from django.utils import translation
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from appoints.display.chips import chips
from appoints.display.clock import Clock
from appoints.display.heads import Heads
from appoints.display.links import LinkBuilder
from appoints.display.pagination import Pager
from appoints.display.preset_links import DayLinks, PresetLinks
from appoints.query.query import Query
from dashboard.accounts.models import User
from dashboard.templatetags import pieces

HTML = "appoints/_outdated.html"


class Piece(NamedTuple):
    """A template, and the value that it is drawn of."""

    template: str
    name: str
    value: object


def plain(asked: Piece) -> str:
    """Return what the template itself draws."""
    return (
        Engine.get_default().get_template(asked.template).render(Context({asked.name: asked.value}))
    )


def drawn(asked: Piece) -> str:
    """Return what the tag draws."""
    tag = Template(f"{{% load pieces %}}{{% piece template {asked.name}=value %}}")
    return tag.render(Context({"template": asked.template, "value": asked.value}))


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    pieces._drawn.cache_clear()


def test_a_piece_of_the_same_values_is_drawn_once() -> None:
    first = drawn(Piece(HTML, "class", "warning"))
    with patch.object(Engine, "get_template", side_effect=AssertionError):
        assert drawn(Piece(HTML, "class", "warning")) == first


@pytest.mark.parametrize("agent_list", ["", "named"])
def test_a_piece_of_a_long_list_of_agents_is_drawn_and_not_kept(agent_list: str) -> None:
    agents = tuple(f"agent{number:0200}" for number in range(100))
    presets = PresetLinks(Query(agents=agents, agent_list=agent_list))
    asked = Piece("appoints/_preset_links.html", "presets", presets)
    assert drawn(asked) == plain(asked)
    assert pieces._drawn.cache_info().currsize == 0


def test_each_language_has_its_own_drawing() -> None:
    english = drawn(Piece(HTML, "class", ""))
    with translation.override("es"):
        assert drawn(Piece(HTML, "class", "")) == plain(Piece(HTML, "class", "")) != english


@pytest.mark.parametrize("first", ["<b>", mark_safe("<b>")], ids=["a word", "html"])
def test_a_word_is_escaped_though_the_same_was_html_before(first: str) -> None:
    drawn(Piece(HTML, "class", first))
    assert "&lt;b&gt;" in drawn(Piece(HTML, "class", "<b>"))
    assert "outdated <b>" in drawn(Piece(HTML, "class", mark_safe("<b>")))


def test_a_piece_gets_its_values_and_no_more() -> None:
    tag = Template("{% load pieces %}{% piece template %}")
    assert "secret" not in tag.render(Context({"template": HTML, "class": "secret"}))


@pytest.mark.parametrize("value", [User(username="ann"), object()], ids=["a model", "an object"])
def test_a_value_whose_repr_does_not_tell_all_of_it_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="does not tell"):
        drawn(Piece(HTML, "class", value))


noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
queries = st.builds(
    Query,
    begin=st.sampled_from([noon, noon.astimezone(timezone(timedelta(hours=2)))]),
    agents=st.lists(st.sampled_from(["1", "2"]), unique=True).map(tuple),
    preset=st.sampled_from(["", "today", "overdue"]),
    page=st.integers(1, 3),
    sort=st.sampled_from(["", "-late", "called_no"]),
)
names = st.sampled_from([("state",), ("state", "called_no")])
pagers = st.builds(Pager, queries, st.integers(0, 90), st.sampled_from([25, 50]), st.just(0))
days = st.builds(DayLinks, queries, st.sampled_from([date(2026, 3, 1), date(2026, 3, 2)]))
heads = st.builds(Heads, names, queries | st.none(), st.booleans())
zones = st.sampled_from([ZoneInfo("UTC"), ZoneInfo("Asia/Tokyo")])
builders = st.builds(
    LinkBuilder,
    st.just("https://calls.example/"),
    st.sampled_from([("appoints:list",), ("appoints:list", "wallboard")]),
    queries,
    queries | st.none(),
    zones,
    st.sampled_from(["", "Mornings"]),
)
told = st.sampled_from(["10:00", "11:00"])
clocks = st.builds(Clock, told, zones.map(str), told, zones.map(str), told, told)
found = st.one_of(
    pagers.map(lambda value: Piece("appoints/_pagination.html", "pager", value)),
    st.builds(PresetLinks, queries).map(
        lambda value: Piece("appoints/_preset_links.html", "presets", value)
    ),
    days.map(lambda value: Piece("appoints/_day_links.html", "days", value)),
    heads.map(lambda value: Piece("appoints/_heads.html", "heads", value)),
    heads.map(lambda value: Piece("appoints/_sort_menu.html", "heads", value)),
    builders.map(lambda value: Piece("appoints/_links.html", "builder", value)),
    clocks.map(lambda value: Piece("appoints/_as_of_words.html", "clock", value)),
    st.builds(chips, queries, zones).map(
        lambda value: Piece("appoints/_chips.html", "chips", value)
    ),
)


@given(st.lists(found, min_size=2, max_size=6))
def test_whatever_was_drawn_before_a_piece_shows_its_own_links(asked: list[Piece]) -> None:
    for each in asked:
        assert drawn(each) == plain(each)
