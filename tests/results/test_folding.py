"""Text is found as people type it."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.results.folding import fold, folded

anything = st.one_of(
    st.text(max_size=8),
    st.text("aAéÉe\u0301ß İıﬁ外かが\u0627\u0623\u064e\u200f٣３Ａ\t\n'’ĳ", max_size=8),
)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("José", "Jose"),
        ("Jose\u0301", "José"),
        ("JOSÉ", "josé"),
        ("Ñandú", "nandu"),
        ("Łódź", "lodz"),
        ("Straße", "STRASSE"),
        ("Øystein Æbelø", "oystein aebelo"),
        ("İzmir", "izmir"),
        ("أحمد", "احمد"),
        ("إيمان", "ايمان"),
        ("آمنة", "امنه"),
        ("مُحَمَّد", "محمد"),
        ("محمـــد", "محمد"),
        ("علی", "علي"),
        ("مصطفى", "مصطفي"),
        ("Ａｎａ", "Ana"),
        ("Ana", "Ａｎａ"),
        ("ﾀﾅｶ", "タナカ"),
        ("Agent ٣", "agent 3"),
        ("O’Brien", "O'Brien"),
        ("Ana\u2011Maria", "Ana-Maria"),
        ("Ana\u00a0 Maria", "ana maria"),
        ("\u202bأحمد\u202c", "احمد"),
        ("외호", "외호"),
        ("ﷲ", "الله"),
    ],
)
def test_these_are_the_same_to_whoever_types_one(stored: str, typed: str) -> None:
    assert fold(stored) == fold(typed)


@pytest.mark.parametrize(
    ("one", "other"), [("Ana", "Anna"), ("ب", "ت"), ("外", "内"), ("か", "き")]
)
def test_other_letters_stay_others(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(anything)
def test_how_a_text_is_coded_makes_no_difference(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)  # type: ignore[arg-type]
    assert fold(fold(text)) == fold(text)


@given(anything)
def test_case_makes_no_difference(text: str) -> None:
    assert fold(text.casefold()) == fold(text)


@given(st.lists(st.one_of(st.none(), anything)))
def test_a_column_is_folded_like_each_of_its_texts(texts: list[str | None]) -> None:
    found = folded(pl.Series("t", texts, pl.String)).to_list()
    assert found == [None if each is None else fold(each) for each in texts]
