"""Files: every row of a question, in the columns that others rely on."""

from __future__ import annotations

from codecs import BOM_UTF16_LE
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from json import dumps
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl
from polars import selectors

from appoints.query.columns import FILE_COLUMNS
from appoints.results.offsets import offsets
from appoints.results.spreadsheet_cells import fits_a_sheet, made_harmless, made_literal
from appoints.results.states import fail_reason

SEPARATORS = (b";", b"\t")  # of columns, beside the comma

ROWS_A_PART = 10_000  # of a file that is made in parts, so that it is never in memory twice over


def table(
    frame: pl.DataFrame, reasons: Mapping[str, str], columns: Sequence[str] = FILE_COLUMNS
) -> pl.DataFrame:
    """Return the columns of a file, still typed; ``reasons`` are the words for fail codes."""
    return frame.with_columns(fail_reason(reasons).alias("fail_reason")).select(columns)


def csv(frame: pl.DataFrame, zone: ZoneInfo, *, excel: bool) -> bytes:
    """Return a CSV file of ``table``'s frame, in which nothing runs as a formula."""
    return _for_excel(frame, zone) if excel else _for_all(frame, zone)


def _for_all(frame: pl.DataFrame, zone: ZoneInfo) -> bytes:
    """Return UTF-8 and commas; every text as it is, but for what would run."""
    content = _written_csv(frame, zone, "necessary")
    if not any(separator in content for separator in SEPARATORS):
        return content
    # A text with another separator is one cell to every program where it is in quotes.
    return _written_csv(frame, zone, "non_numeric")


def _written_csv(
    frame: pl.DataFrame, zone: ZoneInfo, quotes: Literal["necessary", "non_numeric"]
) -> bytes:
    texts, file = _texts(frame), BytesIO()
    frame.clear().write_csv(file, line_terminator="\r\n", quote_style=quotes)
    for part in frame.iter_slices(ROWS_A_PART):
        made_harmless(written(part, zone), texts).write_csv(
            file, line_terminator="\r\n", quote_style=quotes, include_header=False
        )
    return file.getvalue()


def _for_excel(frame: pl.DataFrame, zone: ZoneInfo) -> bytes:
    """Return what Excel opens alike in every language: UTF-16 with its mark, and tabs.

    Of UTF-8 it divides the columns by the list separator of its language. A text that it would
    read as something else is a formula for just this text; the others are in quotes, for programs
    that take other separators, too. Raises SheetIsFull.
    """
    fits_a_sheet(frame)
    texts = _texts(frame)
    parts = ["\t".join(frame.columns) + "\r\n"]
    parts += [
        made_literal(written(part, zone), texts).write_csv(
            separator="\t",
            line_terminator="\r\n",
            include_header=False,
            quote_style="non_numeric",
        )
        for part in frame.iter_slices(ROWS_A_PART)
    ]
    return BOM_UTF16_LE + b"".join(part.encode("utf-16-le") for part in parts)


def json(frame: pl.DataFrame, zone: ZoneInfo, about: Mapping[str, object]) -> Iterator[bytes]:
    """Yield a JSON file: an object of ``about`` and ``rows``, times as in CSV, null for empty."""
    yield dumps(dict(about), ensure_ascii=False).removesuffix("}").encode() + b', "rows": ['
    for number, part in enumerate(frame.iter_slices(ROWS_A_PART)):
        file = BytesIO()
        written(part, zone).write_ndjson(file)
        yield b",\n" * bool(number) + file.getvalue().rstrip(b"\n").replace(b"\n", b",\n")
    yield b"]}"


def written(frame: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """Return the frame with times in ISO 8601 with the zone's offset, and names as text.

    Milliseconds are written only where there are any.
    """
    parts = frame.select((selectors.datetime().dt.millisecond() != 0).any())
    return frame.with_columns(
        *[iso(pl.col(each.name), zone, milliseconds=bool(each[0])) for each in parts],
        selectors.enum().cast(pl.String),
    )


def _texts(frame: pl.DataFrame) -> list[str]:
    """Return the columns with what iSales or people wrote; in all others the text is ours."""
    return frame.select(selectors.string()).columns


def iso(moment: pl.Expr, zone: ZoneInfo, *, milliseconds: bool) -> pl.Expr:
    """Return local time with its offset."""
    own = offsets(zone)
    local, offset = own.local(moment), own.written(moment)
    whole = local.dt.to_string("%Y-%m-%dT%H:%M:%S") + offset
    if not milliseconds:
        return whole
    exact = local.dt.to_string("%Y-%m-%dT%H:%M:%S%.3f") + offset
    return pl.when(moment.dt.millisecond() == 0).then(whole).otherwise(exact)
