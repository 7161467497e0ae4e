"""Columns of texts as small numbers, which are counted in a fraction of the time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

SMALL = ((2**8, pl.UInt8), (2**16, pl.UInt16), (2**32, pl.UInt32))
VALUE = 200  # bytes of a text in Python, or about

Pair = tuple[str | None, str | None]


class Coded(NamedTuple):
    """A number for each row, and the text, with its name, that each number stands for."""

    codes: pl.Series
    pairs: Sequence[Pair]

    @property
    def size(self) -> int:
        """The number of bytes, or about."""
        return int(self.codes.estimated_size()) + VALUE * len(self.pairs)


def coded(texts: pl.Series, names: pl.Series | None = None) -> Coded:
    """Return the codes of texts, or of texts and their names together."""
    codes, first = _codes(texts)
    if names is None:
        return Coded(codes, [(text, None) for text in texts.gather(first)])
    own, several = _codes(names)
    both = codes.cast(pl.UInt64) * len(several) + own
    codes, first = _codes(both)
    return Coded(codes, list(zip(texts.gather(first), names.gather(first), strict=True)))


def _codes(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the code of each value, and where each code stands first."""
    first = values.arg_unique()
    dtype = next(dtype for most, dtype in SMALL if len(first) <= most)
    # A range of one type cannot end at the number after its last one.
    codes = pl.Series(range(len(first)), dtype=pl.UInt32).cast(dtype)
    # Of no values at all it returns no numbers.
    return values.replace_strict(values.gather(first), codes).cast(dtype), first
