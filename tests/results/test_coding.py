"""Codes of shared texts: each row's code stands for its text and its name."""

from __future__ import annotations

import polars as pl
import pytest

from appoints.results.coding import coded
from appoints.snapshots.frame import SHARED


@pytest.mark.parametrize("null", [[], [None]])
@pytest.mark.parametrize("many", [0, 1, 255, 256, 257, 2**12 - 1, 2**12, 2**12 + 1, 2**16])
def test_each_code_stands_for_the_text_of_its_rows(many: int, null: list[None]) -> None:
    texts = [*null, *map(str, range(many)), *null, *map(str, range(many // 2))]
    names = [*texts[: many + len(null)], *[None] * (len(null) + many // 2)]
    series = pl.Series(texts, dtype=SHARED)
    for others in (texts, names):
        found = coded(series, pl.Series(others, dtype=SHARED))
        assert [found.pairs[code] for code in found.codes] == list(zip(texts, others, strict=True))
        assert len(found.pairs) == len(set(zip(texts, others, strict=True)))
    alone = coded(series)
    assert [alone.pairs[code] for code in alone.codes] == [(text, None) for text in texts]
    assert len(alone.pairs) == many + len(null)
