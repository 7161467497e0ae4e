"""A list of values as text, in an address as in a box, loses nothing of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.query.lists import one, split, written

anything = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(" ,;，、；\n\r\t\x00\x1f\x7f\x85\u2028\"\\'%+none"),
)


@given(st.lists(anything, unique=True), st.sampled_from([",", " ", "\n", "\r\n", "; ", "、"]))
def test_values_survive_a_list_whatever_separates_them(values: list[str], between: str) -> None:
    text = between.join(map(written, values))
    # A browser sends every line break of a box as two characters.
    sent = re.sub(r"\r\n|\r|\n", "\r\n", text)
    assert split(sent) == tuple(values)


@given(anything)
def test_a_value_survives_alone(value: str) -> None:
    assert one(f" {written(value)} ") == value
    assert "\n" not in written(value) and "\r" not in written(value)


@given(st.text(' ,"\\u0d8a\n', max_size=40))
def test_no_text_is_no_list(text: str) -> None:
    values = split(text)
    assert split(",".join(map(written, values))) == values
    "".join(values).encode()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('"john smith", john\tsmith', ("john smith", "john", "smith")),
        ("none", ("none",)),
        ('"a"b c', ('"a"b', "c")),
        ('"open end', ('"open', "end")),
        ('5" x" ""', ('5"', 'x"', "")),
        (r'"\ud800 x"', (r'"\ud800', 'x"')),
        (r"SALES\ann", (r"SALES\ann",)),
    ],
)
def test_only_a_whole_word_in_quotes_holds_separators(text: str, values: tuple[str, ...]) -> None:
    assert split(text) == values


@pytest.mark.parametrize(
    "plain", ["101", "none", r"SALES\ann", 'o"neil', "%20", "+86", "a+b", "外呼"]
)
def test_what_needs_no_quotes_has_none(plain: str) -> None:
    assert written(plain) == plain
