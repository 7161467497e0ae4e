"""Files: every row of a question, in the columns that others rely on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from json import dumps
from zoneinfo import ZoneInfo

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from appoints.isales.rows import TEXTS, TIMES

from .columns import COLUMNS
from .frame import fail_reason
from .offsets import offsets

# What a spreadsheet would run: also behind the full-width signs that some of them fold.
FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
# What it may keep: a signed plain number, as in +8613800000000 or -1.
SIGNED_NUMBER = r"^[+-][0-9]+(\.[0-9]+)?$"
# What it would show as 1.74730E+29, or without its leading zero.
LONG_DIGITS = r"^(\+?[0-9]{12,}|0[0-9]+)$"

# Columns with what iSales or people wrote; in all others the text is ours.
SENT = (*TEXTS, "fail_reason")

ROWS_A_PART = 10_000  # of a JSON file, so that it is never in memory twice over
WORKBOOK = {"constant_memory": True}
LONGEST_CELL = 32_767  # characters; Excel's own limit
MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000


def table(frame: pl.DataFrame, reasons: Mapping[str, str]) -> pl.DataFrame:
    """Return the columns of every file, still typed; ``reasons`` are the words for fail codes."""
    return frame.with_columns(fail_reason(reasons).alias("fail_reason")).select(COLUMNS)


def csv(frame: pl.DataFrame, zone: ZoneInfo, *, excel: bool) -> bytes:
    """Return a CSV file of ``table``'s frame: UTF-8, CRLF, nothing that runs as a formula."""
    text = written(frame, zone)
    # A look at what is there is cheaper than a guard around every cell.
    runs = text.select(pl.col(SENT).str.contains(FORMULA).any())
    text = text.with_columns(harmless(pl.col(each.name)) for each in runs if each[0])
    if excel:
        text = text.with_columns(kept_as_text(pl.col(name)) for name in SENT)
    file = BytesIO()
    text.write_csv(file, line_terminator="\r\n", include_bom=excel)
    return file.getvalue()


def json(frame: pl.DataFrame, zone: ZoneInfo, about: Mapping[str, object]) -> Iterator[bytes]:
    """Yield a JSON file: an object of ``about`` and ``rows``, times as in CSV, null for empty."""
    yield dumps(dict(about), ensure_ascii=False).removesuffix("}").encode() + b', "rows": ['
    for number, part in enumerate(frame.iter_slices(ROWS_A_PART)):
        file = BytesIO()
        written(part, zone).write_ndjson(file)
        yield b",\n" * bool(number) + file.getvalue().rstrip(b"\n").replace(b"\n", b",\n")
    yield b"]}"


def xlsx(
    frame: pl.DataFrame, zone: ZoneInfo, about: Iterable[tuple[str, str]], title: str = "About"
) -> bytes:
    """Return a workbook: the rows, typed, under a frozen header; a sheet ``title`` says of what.

    Times are local ones of the zone, which the second sheet names: Excel's have no offset.
    """
    file = BytesIO()
    with Workbook(file, WORKBOOK) as book:
        _rows(book, book.add_worksheet("Reserved calls"), frame, zone)
        sheet = book.add_worksheet(title)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 90)
        for number, line in enumerate(about):
            for column, text in enumerate(line):
                sheet.write_string(number, column, text)
    return file.getvalue()


def _rows(book: Workbook, sheet: Worksheet, frame: pl.DataFrame, zone: ZoneInfo) -> None:
    moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 0)
    kinds = []
    for number, (name, kind) in enumerate(frame.schema.items()):
        sheet.set_column(number, number, 19 if kind.is_temporal() else 16)
        sheet.write_string(0, number, name, bold)
        kinds.append("time" if kind.is_temporal() else "flag" if kind == pl.Boolean else "text")
    sheet.autofilter(0, 0, frame.height, frame.width - 1)
    # One row after the other: the writer keeps only the current one in memory.
    for line, row in enumerate(_local(frame, zone).iter_rows(), start=1):
        for number, value in enumerate(row):
            if value is None:
                continue
            if kinds[number] == "text":
                sheet.write_string(line, number, value[:LONGEST_CELL])
            elif kinds[number] == "time":
                sheet.write_number(line, number, value, moments)
            else:
                sheet.write_boolean(line, number, value)


def _local(frame: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """Return the frame with times as Excel counts them: days since 1899-12-30, local."""
    epoch = pl.datetime(1899, 12, 30)
    local = [
        (offsets(zone).local(pl.col(name)) - epoch)
        .dt.total_milliseconds()
        .truediv(MILLISECONDS_A_DAY)
        .alias(name)
        for name in TIMES
    ]
    return frame.with_columns(*local, pl.col("state", "fail_group").cast(pl.String))


def written(frame: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """Return the frame with times in ISO 8601 with the zone's offset, and names as text.

    Milliseconds are written only where there are any.
    """
    parts = frame.select((pl.col(*TIMES).dt.millisecond() != 0).any())
    return frame.with_columns(
        *[iso(pl.col(each.name), zone, milliseconds=bool(each[0])) for each in parts],
        pl.col("state", "fail_group").cast(pl.String),
    )


def iso(moment: pl.Expr, zone: ZoneInfo, *, milliseconds: bool) -> pl.Expr:
    """Return local time with its offset."""
    own = offsets(zone)
    local, offset = own.local(moment), own.written(moment)
    whole = local.dt.to_string("%Y-%m-%dT%H:%M:%S") + offset
    if not milliseconds:
        return whole
    exact = local.dt.to_string("%Y-%m-%dT%H:%M:%S%.3f") + offset
    return pl.when(moment.dt.millisecond() == 0).then(whole).otherwise(exact)


def harmless(cell: pl.Expr) -> pl.Expr:
    """Return text that no spreadsheet runs: an apostrophe stands before what it would."""
    keeps = ~cell.str.contains(FORMULA) | cell.str.contains(SIGNED_NUMBER)
    return pl.when(keeps).then(cell).otherwise(pl.lit("'") + cell)


def kept_as_text(cell: pl.Expr) -> pl.Expr:
    """Return long digits as Excel's own formula for text, ``="00604"``."""
    quoted = pl.lit('="') + cell + pl.lit('"')
    return pl.when(~cell.str.contains(LONG_DIGITS)).then(cell).otherwise(quoted)
