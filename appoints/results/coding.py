"""Columns of shared texts as their codes, which are counted in a fraction of the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

NO_TEXT = 2**32 - 1  # the code of none, where it takes one; no text has it
VALUE = 200  # bytes of a text in Python, or about

Pair = tuple[str | None, str | None]


class Coded(NamedTuple):
    """A code for each row, and the text, with its name, that each code stands for."""

    codes: pl.Series
    pairs: Mapping[int | None, Pair]

    @property
    def size(self) -> int:
        """The number of bytes, or about."""
        return int(self.codes.estimated_size()) + VALUE * len(self.pairs)


def coded(texts: pl.Series, names: pl.Series | None = None) -> Coded:
    """Return the codes of texts, or of texts and their names together; all are SHARED."""
    codes = texts.to_physical()
    first = codes.arg_unique()
    if names is None:
        pairs: list[Pair] = [(text, None) for text in texts.gather(first)]
        return Coded(codes, dict(zip(codes.gather(first), pairs, strict=True)))
    own = names.to_physical()
    both = pl.DataFrame({"text": codes, "name": own}).lazy().group_by("text", "name").agg()
    if both.collect().height > len(first):  # else each text has one name, as most have
        codes = codes.fill_null(NO_TEXT).cast(pl.UInt64) * (NO_TEXT + 1) + own.fill_null(NO_TEXT)
        first = codes.arg_unique()
    pairs = list(zip(texts.gather(first), names.gather(first), strict=True))
    return Coded(codes, dict(zip(codes.gather(first), pairs, strict=True)))
