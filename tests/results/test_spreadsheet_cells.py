"""What a format has no room for is refused or marked, never dropped in silence."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.query.columns import FILE_COLUMNS
from appoints.results import export, spreadsheet_cells, workbook
from appoints.results.file_rows import FileRows
from tests.results.test_export import csv_of, frame_of, in_file

BERLIN = ZoneInfo("Europe/Berlin")
NAME = FILE_COLUMNS.index("agent_name")
LONG = ["x" * 32_768, "x" * 100_000, "😀" * 16_384, "é" * 40_000]


def table(**row: object) -> pl.DataFrame:
    return in_file(frame_of([([row], 0)])[0]).whole()


def in_book(frame: pl.DataFrame) -> str:
    book = openpyxl.load_workbook(io.BytesIO(workbook.xlsx(FileRows.of(frame), BERLIN, [])))
    value = book.worksheets[0].cell(2, NAME + 1).value
    assert isinstance(value, str)
    return value


def in_csv_for_excel(frame: pl.DataFrame) -> str:
    csv.field_size_limit(10**6)
    text = csv_of(FileRows.of(frame), BERLIN, excel=True).decode("utf-16")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))[1][NAME]


@pytest.mark.parametrize("text", LONG)
def test_a_text_that_a_cell_of_excel_cannot_hold_is_marked(text: str) -> None:
    for cell in (in_book(table(userName=text)), in_csv_for_excel(table(userName=text))):
        assert cell.endswith(f" … [cut: {len(text)} characters]")
        assert cell[:10_000] == text[:10_000]
        assert len(cell.encode("utf-16-le")) // 2 in (32_766, 32_767)
    assert spreadsheet_cells.cut_cells(table(userName=text, taskName="short")) == 1


@pytest.mark.parametrize("text", LONG)
def test_the_same_text_is_whole_in_csv_and_json(text: str) -> None:
    csv.field_size_limit(10**6)
    plain = csv_of(FileRows.of(table(userName=text)), BERLIN).decode()
    assert list(csv.reader(io.StringIO(plain)))[1][NAME] == text
    found = json.loads(
        b"".join(export.json(FileRows.of(table(userName=text)), BERLIN, {"total": 1}))
    )
    assert found["rows"][0]["agent_name"] == text


@pytest.mark.parametrize("text", ["x" * 32_767, "😀" * 16_383, ""])
def test_a_text_that_just_fits_is_whole(text: str) -> None:
    assert spreadsheet_cells.cut(text) == text
    assert spreadsheet_cells.cut_cells(table(userName=text)) == 0


@given(st.text("a😀é", min_size=1, max_size=9), st.integers(16_300, 33_000))
def test_what_is_cut_is_no_longer_than_a_cell_and_ends_at_a_character(
    part: str, length: int
) -> None:
    text = (part * length)[:length]
    cut = spreadsheet_cells.cut(text)
    assert len(cut.encode("utf-16-le")) <= 2 * 32_767
    assert cut == text or text.startswith(cut.partition(" … ")[0])


def test_more_rows_than_a_sheet_of_excel_has_are_refused() -> None:
    full = table(userName="x")[[0] * 2**20]  # one more than there is room for, with the header
    with pytest.raises(spreadsheet_cells.SheetIsFull):
        workbook.xlsx(FileRows.of(full), BERLIN, [])
    with pytest.raises(spreadsheet_cells.SheetIsFull):
        csv_of(FileRows.of(full), BERLIN, excel=True)
    spreadsheet_cells.fits_a_sheet(2**20 - 1)


@pytest.mark.parametrize("text", ["\x00\x01\x0b", "\ufffe\uffff", "_x0041_", "a\rb", "\u2028"])
def test_a_workbook_keeps_characters_that_xml_has_no_room_for(text: str) -> None:
    assert openpyxl.utils.escape.unescape(in_book(table(userName=text))).lower() == text.lower()


def test_two_equal_times_are_told_apart_in_a_workbook() -> None:
    rows = [
        {"appointId": name, "appointTime": round(moment.timestamp() * 1000)}
        for name, moment in {
            "first": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            "again": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            "later": datetime(2026, 10, 25, 2, 30, tzinfo=UTC),
        }.items()
    ]
    content = workbook.xlsx(in_file(frame_of([(rows, 0)])[0]), BERLIN, [])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [row[FILE_COLUMNS.index("appoint_time")] for row in sheet.iter_rows(min_row=2)]
    assert [str(cell.value) for cell in cells] == [
        "2026-10-25 02:30:00",
        "2026-10-25 02:30:00",
        "2026-10-25 03:30:00",
    ]
    assert [cell.number_format for cell in cells] == [
        'yyyy-mm-dd hh:mm:ss" +0200"',
        'yyyy-mm-dd hh:mm:ss" +0100"',
        "yyyy-mm-dd hh:mm:ss",
    ]
    # A column that is too narrow for a time shows signs instead.
    assert sheet.column_dimensions["D"].width >= len("2026-10-25 02:30:00 +0200")


def test_a_text_in_a_workbook_is_no_link_of_which_a_sheet_has_few() -> None:
    content = workbook.xlsx(FileRows.of(table(userName="https://example.com/")), BERLIN, [])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)
