"""Workbooks: the rows, typed, and a sheet that says of what they are."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from itertools import chain
from zoneinfo import ZoneInfo

import polars as pl
from polars import selectors
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from .offsets import offsets
from .spreadsheet_cells import cut, fits_a_sheet

OPTIONS = {"constant_memory": True}
MOMENT = "yyyy-mm-dd hh:mm:ss"
WIDE = 26  # characters of a time with its offset
MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000


def xlsx(
    frame: pl.DataFrame, zone: ZoneInfo, about: Iterable[tuple[str, str]], title: str = "About"
) -> bytes:
    """Return a workbook: the rows under a frozen header; a sheet ``title`` says of what.

    Times are local ones of the zone, which the second sheet names: Excel's have no offset. Where
    two are equal, the cells' format says it. Raises SheetIsFull.
    """
    fits_a_sheet(frame)
    file = BytesIO()
    with Workbook(file, OPTIONS) as book:
        _rows(book, book.add_worksheet("Reserved calls"), frame, zone)
        sheet = book.add_worksheet(title)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 90)
        for number, line in enumerate(about):
            for column, text in enumerate(line):
                sheet.write_string(number, column, cut(text))
    return file.getvalue()


def _rows(book: Workbook, sheet: Worksheet, frame: pl.DataFrame, zone: ZoneInfo) -> None:
    kinds = _head(book, sheet, frame)
    equal = _equal_times(frame, zone)
    for number in equal:
        sheet.set_column(number, number, WIDE)
    styles = {
        offset: book.add_format({"num_format": f'{MOMENT}" {offset}"' if offset else MOMENT})
        for offset in {None, *chain(*equal.values())}
    }
    # One row after the other: the writer keeps only the current one in memory.
    for line, row in enumerate(_local(frame, zone).iter_rows(), start=1):
        for number, value in enumerate(row):
            if value is None:
                continue
            if kinds[number] == "text":
                sheet.write_string(line, number, cut(value))
            elif kinds[number] == "time":
                offset = equal[number][line - 1] if number in equal else None
                sheet.write_number(line, number, value, styles[offset])
            else:
                sheet.write_boolean(line, number, value)


def _head(book: Workbook, sheet: Worksheet, frame: pl.DataFrame) -> list[str]:
    """Write the header, and return the kind of each column."""
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 0)
    kinds = []
    for number, (name, kind) in enumerate(frame.schema.items()):
        sheet.set_column(number, number, 19 if kind.is_temporal() else 16)
        sheet.write_string(0, number, name, bold)
        kinds.append("time" if kind.is_temporal() else "flag" if kind == pl.Boolean else "text")
    sheet.autofilter(0, 0, frame.height, frame.width - 1)
    return kinds


def _equal_times(frame: pl.DataFrame, zone: ZoneInfo) -> dict[int, list[str | None]]:
    """Return the offsets of times that happen twice, by the number of their column."""
    own = offsets(zone)
    found = frame.select(
        pl.when(own.is_twice(pl.col(name))).then(own.shown(pl.col(name))).alias(name)
        for name in _times(frame)
    )
    return {
        frame.columns.index(column.name): column.to_list()
        for column in found
        if column.null_count() < frame.height
    }


def _local(frame: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """Return the frame with times as Excel counts them: days since 1899-12-30, local."""
    epoch = pl.datetime(1899, 12, 30)
    local = [
        (offsets(zone).local(pl.col(name)) - epoch)
        .dt.total_milliseconds()
        .truediv(MILLISECONDS_A_DAY)
        .alias(name)
        for name in _times(frame)
    ]
    return frame.with_columns(*local, selectors.enum().cast(pl.String))


def _times(frame: pl.DataFrame) -> list[str]:
    return frame.select(selectors.datetime()).columns
