"""Workbooks: the rows, typed, and a sheet that says of what they are."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from errno import EACCES, ENOENT, ENOTDIR, EPERM, EROFS
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import xlsxturbo
from polars import selectors
from xlsxturbo.types import SheetOptions

from dashboard.concurrency import LIMIT

from .file_rows import FileRows
from .offsets import offsets
from .spreadsheet_cells import fits_a_sheet, made_to_fit

MOMENT = "yyyy-mm-dd hh:mm:ss"
WIDE = 26  # characters of a time with its offset
MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000
COMPRESSION = 3  # of 9; the usual 6 takes a third longer for a tenth less
FOLDER = "reserved-calls-"  # with which the names of folders begin that workbooks are made in
STALE = 3600.0  # seconds after which nobody makes a workbook in one any more
UNUSABLE = (ENOENT, ENOTDIR, EACCES, EPERM, EROFS)
ABOUT: SheetOptions = {"header": False, "column_widths": {0: 18, 1: 90}}


class DiskFull(Exception):
    """There is no room on the disk for what a workbook is made in."""


class FolderUnusable(Exception):
    """The folder of temporary files is missing, or may not be written; says so in a word or two."""


class _Streamed(pl.DataFrame):
    """A frame without a row, of which the writer yet gets rows: one part after the other."""

    parts: Iterable[pl.DataFrame] = ()

    def iter_rows(self) -> Iterator[tuple[Any, ...]]:  # type: ignore[override]
        """Yield the rows of all parts."""
        for part in self.parts:
            yield from part.iter_rows()


def xlsx(
    rows: FileRows, zone: ZoneInfo, about: Iterable[tuple[str, str]], title: str = "About"
) -> bytes:
    """Return a workbook: the rows under a frozen header; a sheet ``title`` says of what.

    Times are local ones of the zone, which the second sheet names: Excel's have no offset. Where
    two are equal, the cells' format says it. Raises SheetIsFull, DiskFull or FolderUnusable.
    """
    fits_a_sheet(rows.height)
    equal = _equal_times(rows, zone)
    table = _Streamed(_local(rows.none, zone))
    table.parts = (made_to_fit(_local(part, zone)) for part in rows.parts())
    notes = pl.DataFrame(list(about), schema=["name", "text"], orient="row")
    sheets = [
        (table, "Reserved calls", _layout(rows, zone, equal)),
        (made_to_fit(notes), title, ABOUT),
    ]
    # One row after the other leaves memory, but then no cell has a format of its own.
    return _written(sheets, constant_memory=not equal)


def _written(
    sheets: list[tuple[pl.DataFrame, str, SheetOptions]], *, constant_memory: bool
) -> bytes:
    try:
        _drop_stale()
        # On the disk, for what the writer makes in memory is there twice; pages go on meanwhile.
        with LIMIT.released(), TemporaryDirectory(prefix=FOLDER) as folder:
            file = Path(folder, "workbook.xlsx")
            xlsxturbo.dfs_to_xlsx(
                sheets, file, constant_memory=constant_memory, compression_level=COMPRESSION
            )
            return file.read_bytes()
    except BaseException as error:
        if isinstance(error, OSError) and error.errno in UNUSABLE:
            raise FolderUnusable(os.strerror(error.errno)) from error
        # A full disk makes the writer panic, which is no Exception: a worker would end by it.
        if isinstance(error, OSError) or type(error).__name__ == "PanicException":
            raise DiskFull from error
        raise


def _drop_stale() -> None:
    """Drop what a process that was killed has left: it holds customers' numbers."""
    for folder in Path(gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):  # another process drops it, or owns it
            if time.time() - folder.stat().st_mtime > STALE:
                rmtree(folder)


def _layout(rows: FileRows, zone: ZoneInfo, equal: Mapping[str, list[str | None]]) -> SheetOptions:
    """Return how the sheet of the rows looks."""
    times, number = rows.times.columns, rows.columns.index
    usual = {at: 19 if name in times else 16 for at, name in enumerate(rows.columns)}
    layout: SheetOptions = {
        "autofilter": True,
        "column_formats": {name: {"num_format": MOMENT} for name in times},
        "column_widths": usual | dict.fromkeys(map(number, equal), WIDE),
        "freeze_panes": True,
        "header_format": {"bold": True},
    }
    if equal:
        local = _local(rows.times, zone)
        layout["cells"] = {
            f"{chr(ord('A') + number(name))}{line}": {
                "value": value,
                "num_format": f'{MOMENT}" {offset}"',
            }
            for name, found in equal.items()
            for line, (value, offset) in enumerate(zip(local[name], found, strict=True), start=2)
            if offset
        }
    return layout


def _equal_times(rows: FileRows, zone: ZoneInfo) -> dict[str, list[str | None]]:
    """Return the offsets of times that happen twice, by the name of their column."""
    own = offsets(zone)
    found = rows.times.select(
        pl.when(own.is_twice(pl.col(name))).then(own.shown(pl.col(name))).alias(name)
        for name in rows.times.columns
    )
    return {column.name: column.to_list() for column in found if column.null_count() < rows.height}


def _local(frame: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """Return the frame with times as Excel counts them: days since 1899-12-30, local."""
    epoch = pl.datetime(1899, 12, 30)
    local = [
        (offsets(zone).local(pl.col(name)) - epoch)
        .dt.total_milliseconds()
        .truediv(MILLISECONDS_A_DAY)
        .alias(name)
        for name in frame.select(selectors.datetime()).columns
    ]
    coded = selectors.enum() | selectors.categorical()
    return frame.with_columns(*local, coded.cast(pl.String))
