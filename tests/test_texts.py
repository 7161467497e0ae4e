"""Texts that somebody else gives: bounded in tooltips, and seen even where nothing of them is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.display.texts import LONGEST_TIP, tip, visible


@given(st.text(max_size=LONGEST_TIP))
def test_a_short_text_is_its_own_tooltip(text: str) -> None:
    assert tip(text) == text


@given(st.text(min_size=LONGEST_TIP + 1))
def test_a_long_text_is_cut_in_a_tooltip_and_says_so(text: str) -> None:
    assert tip(text) == f"{text[:LONGEST_TIP]}…"


@pytest.mark.parametrize("text", [" ", "\t\n", "\u200b", "\u202e\u2069", "\u3000", "\ufeff"])
def test_a_text_of_which_nothing_is_seen_stands_in_quotes(text: str) -> None:
    assert visible(text) == f"“{text}”"


@given(st.text(), st.characters(categories=["L", "N", "P", "S", "M"]))
def test_a_text_of_which_something_is_seen_stands_as_it_is(text: str, seen: str) -> None:
    assert visible(text + seen) == text + seen
