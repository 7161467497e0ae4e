"""Files: every row of a question, in the columns that others rely on."""

from __future__ import annotations

from codecs import BOM_UTF16_LE
from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import chain
from json import dumps
from zoneinfo import ZoneInfo

import polars as pl
from polars import selectors

from appoints.results.file_rows import ROWS_A_PART, FileRows
from appoints.results.local_time import iso
from appoints.results.spreadsheet_cells import fits_a_sheet, made_harmless, made_literal


def csv(rows: FileRows, zone: ZoneInfo, *, excel: bool) -> Iterator[bytes]:
    """Return the parts of a CSV file, in which nothing runs as a formula. Raises SheetIsFull."""
    if excel:
        fits_a_sheet(rows.height)
        return _for_excel(rows, zone)
    return _for_all(rows, zone)


def _for_all(rows: FileRows, zone: ZoneInfo) -> Iterator[bytes]:
    """Yield UTF-8 and commas; every text as it is, but for what would run."""
    suspect, quotes = rows.texts
    header = pl.DataFrame(schema=dict.fromkeys(rows.columns, pl.String))
    for part in chain([header], rows.parts()):
        file = BytesIO()
        made_harmless(written(part, zone), suspect).write_csv(
            file,
            line_terminator="\r\n",
            quote_style=quotes,
            include_header=part is header,
            batch_size=ROWS_A_PART,
        )
        yield file.getvalue()


def _for_excel(rows: FileRows, zone: ZoneInfo) -> Iterator[bytes]:
    """Yield what Excel opens alike in every language: UTF-16 with its mark, and tabs.

    Of UTF-8 it divides the columns by the list separator of its language. A text that it would
    read as something else is a formula for just this text; the others are in quotes, for programs
    that take other separators, too.
    """
    yield BOM_UTF16_LE + ("\t".join(rows.columns) + "\r\n").encode("utf-16-le")
    for part in rows.parts():
        text = made_literal(written(part, zone), rows.text_columns).write_csv(
            separator="\t",
            line_terminator="\r\n",
            include_header=False,
            quote_style="non_numeric",
            batch_size=ROWS_A_PART,
        )
        yield text.encode("utf-16-le")


def json(rows: FileRows, zone: ZoneInfo, about: Mapping[str, object]) -> Iterator[bytes]:
    """Yield a JSON file: an object of ``about`` and ``rows``, times as in CSV, null for empty."""
    yield dumps(dict(about), ensure_ascii=False).removesuffix("}").encode() + b', "rows": ['
    for number, part in enumerate(rows.parts()):
        file = BytesIO()
        written(part, zone).write_ndjson(file)
        yield b",\n" * bool(number) + file.getvalue().rstrip(b"\n").replace(b"\n", b",\n")
    yield b"]}"


def written(frame: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """Return the frame with times in ISO 8601 with the zone's offset, and names as text."""
    looks = frame.select((selectors.datetime().dt.millisecond() != 0).any())
    return frame.with_columns(
        selectors.enum().cast(pl.String),
        **{each.name: iso(pl.col(each.name), zone, milliseconds=each[0]) for each in looks},
    )
