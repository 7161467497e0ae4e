"""Workbooks: the rows, typed, and a sheet that says of what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from zoneinfo import ZoneInfo

import polars as pl
import xlsxturbo
from polars import selectors
from xlsxturbo.types import SheetOptions

from .offsets import offsets
from .spreadsheet_cells import fits_a_sheet, made_to_fit

MOMENT = "yyyy-mm-dd hh:mm:ss"
WIDE = 26  # characters of a time with its offset
MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000
COMPRESSION = 3  # of 9; the usual 6 takes a third longer for a tenth less
ABOUT: SheetOptions = {"header": False, "column_widths": {0: 18, 1: 90}}


def xlsx(
    frame: pl.DataFrame, zone: ZoneInfo, about: Iterable[tuple[str, str]], title: str = "About"
) -> bytes:
    """Return a workbook: the rows under a frozen header; a sheet ``title`` says of what.

    Times are local ones of the zone, which the second sheet names: Excel's have no offset. Where
    two are equal, the cells' format says it. Raises SheetIsFull.
    """
    fits_a_sheet(frame.height)
    local, equal = _local(frame, zone), _equal_times(frame, zone)
    notes = pl.DataFrame(list(about), schema=["name", "text"], orient="row")
    sheets = [
        (made_to_fit(local), "Reserved calls", _layout(frame, local, equal)),
        (made_to_fit(notes), title, ABOUT),
    ]
    file = BytesIO()
    # One row after the other leaves memory, but then no cell has a format of its own.
    xlsxturbo.dfs_to_xlsx(sheets, file, constant_memory=not equal, compression_level=COMPRESSION)
    return file.getvalue()


def _layout(
    frame: pl.DataFrame, local: pl.DataFrame, equal: Mapping[int, list[str | None]]
) -> SheetOptions:
    """Return how the sheet of the rows looks."""
    times = _times(frame)
    usual = {number: 19 if name in times else 16 for number, name in enumerate(frame.columns)}
    layout: SheetOptions = {
        "autofilter": True,
        "column_formats": {name: {"num_format": MOMENT} for name in times},
        "column_widths": usual | dict.fromkeys(equal, WIDE),
        "freeze_panes": True,
        "header_format": {"bold": True},
    }
    if equal:
        layout["cells"] = {
            f"{chr(ord('A') + number)}{line}": {
                "value": value,
                "num_format": f'{MOMENT}" {offset}"',
            }
            for number, found in equal.items()
            for line, (value, offset) in enumerate(
                zip(local.to_series(number), found, strict=True), start=2
            )
            if offset
        }
    return layout


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
