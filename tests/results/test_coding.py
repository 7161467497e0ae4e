"""Texts as numbers: each row's number stands for its text and its name."""

from __future__ import annotations

import polars as pl
import pytest

from appoints.results.coding import coded


@pytest.mark.parametrize("null", [[], [None]])
@pytest.mark.parametrize("many", [0, 1, 255, 256, 257, 2**16])
def test_each_number_stands_for_the_text_of_its_rows(many: int, null: list[None]) -> None:
    texts = [*null, *map(str, range(many)), *null, *map(str, range(many // 2))]
    names = [None if text is None else f"{int(text) // 2}" for text in texts]
    found = coded(pl.Series(texts, dtype=pl.String), pl.Series(names, dtype=pl.String))
    assert [found.pairs[code] for code in found.codes] == list(zip(texts, names, strict=True))
    assert len(found.pairs) == len(set(found.pairs)) == many + len(null)
    alone = coded(pl.Series(texts, dtype=pl.String))
    assert [alone.pairs[code] for code in alone.codes] == [(text, None) for text in texts]
