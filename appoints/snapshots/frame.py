"""Rows as iSales sent them, in a typed data frame."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import polars as pl

from appoints.isales.rows import FLAGS, TEXTS, TIMES, Row

MOMENT = pl.Datetime("ms", "UTC")
# A text that many rows share: its code in each of them, and once for all frames the text, which
# this process then keeps. What is stored is the text.
SHARED = pl.Categorical(pl.Categories("shared texts", "appoints"))
OWN = ("appoint_id", "called_no", "business_result")  # texts that may differ from row to row
REPEATED = [name for name in TEXTS if name not in OWN]
CODED = pl.col(REPEATED).cast(SHARED)

PLAIN: dict[str, pl.DataType] = {
    **dict.fromkeys(TEXTS, pl.String()),
    **dict.fromkeys(REPEATED, SHARED),
    **dict.fromkeys(TIMES, pl.Int64()),
    **dict.fromkeys(FLAGS, pl.Boolean()),
    "odd": pl.String(),
}


class Fetched(NamedTuple):
    """A page of iSales' list: its offset, its rows, and the aware moment at which they came.

    ``took``: the seconds for which the call was out.
    """

    offset: int
    rows: Sequence[Row]
    at: datetime
    took: float = 0.0


def plain(pages: Sequence[Fetched]) -> pl.DataFrame:
    """Return the rows of pages as a frame, each with its page's offset and moment."""
    # One frame of many pages, column by column: a frame of each costs far more than its rows do.
    values = list(zip(*[row for page in pages for row in page.rows], strict=True))
    values = values or [()] * len(PLAIN)
    columns = [pl.Series(*each) for each in zip(PLAIN, values, PLAIN.values(), strict=True)]
    moments = [round(page.at.timestamp() * 1000) for page in pages for _ in page.rows]
    offsets = [page.offset for page in pages for _ in page.rows]
    return pl.DataFrame(
        [
            *[each.cast(MOMENT) if each.name in TIMES else each for each in columns],
            pl.Series("fetched_at", moments, pl.Int64).cast(MOMENT),
            pl.Series("offset", offsets, pl.Int64),
        ]
    )


NONE = plain([])  # no rows, in the columns of all; who takes it apart takes a clone
STORED = pl.Schema({name: pl.String() if of == SHARED else of for name, of in NONE.schema.items()})


class OtherColumns(Exception):
    """Another release wrote an Arrow file: its columns, or their types, are not those of today."""


def to_bytes(rows: pl.DataFrame) -> bytes:
    """Return rows as a compressed Arrow file."""
    file = io.BytesIO()
    rows.cast({SHARED: pl.String}).write_ipc(file, compression="zstd")
    return file.getvalue()


def from_bytes(file: bytes) -> pl.DataFrame:
    """Return the rows of an Arrow file. Raises OtherColumns."""
    rows = pl.read_ipc(io.BytesIO(file))
    if rows.schema != STORED:
        raise OtherColumns
    return rows.with_columns(CODED)


def from_files(files: Sequence[bytes]) -> pl.DataFrame:
    """Return the rows of several Arrow files, in this order.

    They are read side by side: to open a small one alone takes longer than to read it. Raises
    OtherColumns.
    """
    if not files:
        return NONE.clone()
    try:
        rows = pl.scan_ipc(list(files)).with_columns(CODED).collect()
    except pl.exceptions.PolarsError as error:
        raise OtherColumns from error
    if rows.schema != NONE.schema:
        raise OtherColumns
    return rows


def is_unfinished() -> pl.Expr:
    """Tell whether a call is still to come or under way, as far as iSales says."""
    named = [pl.col(name).is_not_null() for name in ("fail_code", "result", "call_end")]
    return ~pl.any_horizontal(*named, pl.col("call_status").eq_missing(pl.lit("2")))
