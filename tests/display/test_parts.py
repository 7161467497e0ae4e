"""Parts of a page that are values: equal ones are drawn once, others each for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from appoints.display.heads import Heads, SortMenu
from appoints.display.pagination import Pager
from appoints.display.parts import ValuePart
from appoints.display.preset_links import DayLinks, PresetLinks
from appoints.query.query import Query
from appoints.results.kept import KEPT


@dataclass(frozen=True)
class Word(ValuePart):
    """A part of one word."""

    text: str


@dataclass(frozen=True)
class OtherWord(ValuePart):
    """Another part of one word."""

    text: str


def drawn(part: ValuePart) -> tuple[str, bool]:
    """What a part looks like, and whether it was drawn just now."""
    drawings: list[str] = []

    def draw() -> str:
        drawings.append(f"{part!r} in {translation.get_language()}")
        return drawings[-1]

    return part.drawn(draw), bool(drawings)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    KEPT.clear()


def test_equal_parts_are_drawn_once() -> None:
    first, _ = drawn(Word("a"))
    assert drawn(Word("a")) == (first, False)


@pytest.mark.parametrize("other", [Word("b"), OtherWord("a")])
def test_a_part_that_differs_in_a_field_or_in_kind_is_drawn_itself(other: ValuePart) -> None:
    drawn(Word("a"))
    assert drawn(other) == (f"{other!r} in en", True)


def test_each_language_has_its_own_drawing() -> None:
    drawn(Word("a"))
    with translation.override("es"):
        assert drawn(Word("a")) == ("Word(text='a') in es", True)


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
parts = st.one_of(
    st.builds(Pager, queries, st.integers(0, 90), st.sampled_from([25, 50]), st.just(0)),
    st.builds(PresetLinks, queries),
    st.builds(DayLinks, queries, st.sampled_from([date(2026, 3, 1), date(2026, 3, 2)])),
    st.builds(Heads, names, queries | st.none(), st.booleans()),
    st.builds(SortMenu, names, queries | st.none(), st.booleans()),
)


@given(st.lists(parts, min_size=2, max_size=6))
def test_whatever_was_drawn_before_a_part_shows_its_own_links(found: list[ValuePart]) -> None:
    for part in found:
        assert drawn(part)[0] == f"{part!r} in en"
