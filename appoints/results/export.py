"""Files: every row of a question, in the columns that others rely on."""

from __future__ import annotations

from codecs import BOM_UTF16_LE
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import chain, islice
from json import dumps
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl
from polars import selectors

from appoints.results.file_rows import ROWS_A_PART, FileRows, as_texts
from appoints.results.local_time import iso
from appoints.results.spreadsheet_cells import (
    fits_a_sheet,
    made_harmless,
    made_literal,
    made_quoted,
)

AT_ONCE = 2  # parts that are made at the same time
ROWS_AS_JSON = 1_700  # at once: as JSON they are several times as long, and copied


def csv(rows: FileRows, zone: ZoneInfo, *, excel: bool) -> Iterator[bytes]:
    """Return the parts of a CSV file, in which nothing runs as a formula. Raises SheetIsFull."""
    if excel:
        fits_a_sheet(rows.height)
        return _for_excel(rows, zone)
    return _for_all(rows, zone)


def _for_all(rows: FileRows, zone: ZoneInfo) -> Iterator[bytes]:
    """Yield UTF-8 and commas; every text as it is, but for what would run."""
    texts = rows.texts

    def made(part: pl.DataFrame) -> bytes:
        # To write codes takes less than to make texts of all.
        part = as_texts(written(part, zone), texts.suspect | texts.quoted)
        harmless = made_harmless(part, texts.suspect)
        if texts.separated:
            return _comma_separated(harmless, "non_numeric")
        # Polars would look at each cell of each column for what needs quotes.
        return _comma_separated(made_quoted(harmless, texts.quoted), "never")

    yield _comma_separated(
        pl.DataFrame(schema=dict.fromkeys(rows.columns, pl.String)),
        "non_numeric" if texts.separated else "never",
        include_header=True,
    )
    yield from _side_by_side(made, rows.parts())


def _comma_separated(
    part: pl.DataFrame, quotes: Literal["never", "non_numeric"], *, include_header: bool = False
) -> bytes:
    file = BytesIO()
    part.write_csv(
        file,
        line_terminator="\r\n",
        quote_style=quotes,
        include_header=include_header,
        batch_size=ROWS_A_PART,
    )
    return file.getvalue()


def _for_excel(rows: FileRows, zone: ZoneInfo) -> Iterator[bytes]:
    """Yield what Excel opens alike in every language: UTF-16 with its mark, and tabs.

    Of UTF-8 it divides the columns by the list separator of its language. A text that it would
    read as something else is a formula for just this text; the others are in quotes, for programs
    that take other separators, too.
    """

    def made(part: pl.DataFrame) -> bytes:
        part = as_texts(written(part, zone), rows.text_columns)
        text = made_literal(part, rows.text_columns).write_csv(
            separator="\t",
            line_terminator="\r\n",
            include_header=False,
            quote_style="non_numeric",
            batch_size=ROWS_A_PART,
        )
        return text.encode("utf-16-le")

    yield BOM_UTF16_LE + ("\t".join(rows.columns) + "\r\n").encode("utf-16-le")
    yield from _side_by_side(made, rows.parts())


def json(rows: FileRows, zone: ZoneInfo, about: Mapping[str, object]) -> Iterator[bytes]:
    """Yield a JSON file: an object of ``about`` and ``rows``, times as in CSV, null for empty."""

    def made(part: pl.DataFrame) -> bytes:
        file = BytesIO()
        written(part, zone).write_ndjson(file)
        file.truncate(file.tell() - 1)  # the end of the last line
        return file.getvalue().replace(b"\n", b",\n")

    yield dumps(dict(about), ensure_ascii=False).removesuffix("}").encode() + b', "rows": ['
    parts = chain.from_iterable(part.iter_slices(ROWS_AS_JSON) for part in rows.parts())
    for number, part in enumerate(_side_by_side(made, parts)):
        yield b",\n" * bool(number) + part
    yield b"]}"


def _side_by_side(
    make: Callable[[pl.DataFrame], bytes], parts: Iterator[pl.DataFrame]
) -> Iterator[bytes]:
    """Yield what is made of each part, in order; the next two are made meanwhile."""
    first = list(islice(parts, AT_ONCE))
    if len(first) < AT_ONCE:  # as of most files, for which no thread need start
        yield from map(make, first)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        coming = deque(pool.submit(make, part) for part in first)
        first.clear()  # or the parts would stay in memory as long as the file is made
        while coming:
            done = coming.popleft().result()
            coming.extend(pool.submit(make, part) for part in islice(parts, 1))
            yield done


def written(frame: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """Return the frame with times in ISO 8601 with the zone's offset, and names as text."""
    looks = frame.select((selectors.datetime().dt.millisecond() != 0).any())
    return frame.with_columns(
        selectors.enum().cast(pl.String),
        **{each.name: iso(pl.col(each.name), zone, milliseconds=each[0]) for each in looks},
    )
