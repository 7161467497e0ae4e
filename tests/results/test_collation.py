"""Names and accounts are in the order that people expect."""

from __future__ import annotations

import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.results import collation
from appoints.results.collation import MANY, in_order, key, ranked
from appoints.snapshots.frame import SHARED

LANGUAGES = ("en", "es", "pt-br", "zh-hans", "ar")
texts = st.lists(st.text("aAáÁñnz1209 -外王أاب٣", max_size=5), max_size=8)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "expected",
    [
        ["alice", "Álvaro", "Bob", "Zoe"],
        ["1", "2", "10", "100"],
        ["Agent 2", "agent 10", "Agent 100"],
        ["a", "á", "b"],
        ["ana", "Ana", "ána"],
        ["007", "7", "8"],
        ["Ana Bella", "Anabel"],
        ["agent9x", "agent10a"],
        ["9" * 30, "1" + "0" * 30],
        ["٢", "١٠"],
        ["Øystein", "Pablo"],
    ],
)
def test_every_language_orders_these_alike(language: str, expected: list[str]) -> None:
    mixed = expected.copy()
    random.Random(1).shuffle(mixed)
    assert in_order(mixed, language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("es", ["Nuno", "Nuñez", "Nuzo"]),
        ("es", ["nz", "n\u0303andú", "Ñandú", "o"]),
        ("pt-br", ["Nuñez", "Nuno", "Nuzo"]),
        ("en", ["Nuñez", "Nuno", "Nuzo"]),
        ("zh-hans", ["12", "陈伟", "李娜", "覃明", "王芳", "闫鑫", "张三", "Ana"]),
        ("en", ["Ana", "Zoe", "王芳"]),
        ("ar", ["12", "أحمد", "بدر", "تامر", "Ana"]),
        ("en", ["Ana", "أحمد", "بدر"]),
    ],
)
def test_a_language_has_its_own_order(language: str, expected: list[str]) -> None:
    assert in_order(reversed(expected), language) == expected


def test_alef_stands_where_it_belongs_with_hamza_and_without() -> None:
    assert in_order(["أمل", "اسم", "أب", "ابن"], "ar") == ["أب", "ابن", "اسم", "أمل"]


@given(texts, st.sampled_from(LANGUAGES))
def test_the_order_is_one_whatever_came_first(found: list[str], language: str) -> None:
    assert in_order(found, language) == in_order(reversed(found), language)
    assert len({key(each, language) for each in found}) == len(set(found))


@given(st.lists(st.one_of(st.none(), st.text("aÁ12ñ", max_size=3))), st.sampled_from(LANGUAGES))
def test_places_sort_like_texts(found: list[str | None], language: str) -> None:
    series = pl.Series("t", found, pl.String)
    by_place = pl.DataFrame({"t": series, "at": ranked(series, language)}).sort(
        "at", nulls_last=True, maintain_order=True
    )
    present = [each for each in found if each is not None]
    assert by_place["t"].drop_nulls().to_list() == in_order(present, language)


def by_rank(texts: pl.Series, language: str) -> list[str]:
    return texts.gather(ranked(texts, language).arg_sort(nulls_last=True)).drop_nulls().to_list()


def test_many_texts_are_put_in_order_once_for_every_later_sort(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = pl.Series([f"Émile {number}" for number in range(3_000, 0, -1)])
    whole = by_rank(texts, "fr")
    monkeypatch.setattr(collation, "in_order", None)
    part = texts.head(1_500).extend(pl.Series([None], dtype=pl.String))
    assert by_rank(texts, "fr") == whole == [f"Émile {number}" for number in range(1, 3_001)]
    assert by_rank(part, "fr") == whole[1_500:]


@pytest.mark.parametrize("name", ["agent of a sort", "another"], ids=["among them", "others"])
def test_texts_that_were_sorted_before_are_not_kept_with_those_that_rows_share(name: str) -> None:
    own = [f"agent of a sort {number}" for number in range(2 * MANY)]
    shared = pl.Series([f"{name} {number}" for number in range(MANY)]).cast(SHARED)
    kept = len(SHARED.categories.to_series())
    ranked(pl.Series(own), "en")
    assert by_rank(shared, "en") == in_order(shared.cast(pl.String), "en")
    assert len(SHARED.categories.to_series()) == kept


def test_an_order_of_one_language_is_not_that_of_another() -> None:
    texts = pl.Series([f"{letter}{number}" for letter in "nño" for number in range(500)])
    for language in ("es", "de", "es"):
        assert by_rank(texts, language) == in_order(texts, language)
