"""Screen, CSV, workbook and JSON hold the same rows in the same order, and the right ones."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from unittest.mock import patch
from weakref import ReferenceType, ref
from zoneinfo import ZoneInfo

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.isales import codes
from appoints.query.columns import COMPARED_COLUMNS, FILE_COLUMNS
from appoints.query.query import Query
from appoints.query.time_range import EVER, Window
from appoints.results import export, file_rows, spreadsheet_cells, states, workbook
from appoints.results.file_rows import SEPARATORS, FileRows
from appoints.results.result import Result
from appoints.results.selection import Selection
from appoints.snapshots import frame
from appoints.snapshots.reconcile import deduplicated
from tests import oracle
from tests.compared_oracle import compared
from tests.factories import NOON
from tests.strategies import NOW, bounds, pages, queries

REASONS = {**codes.RESULTS, **codes.FAIL_WORDS}
ZONES = [ZoneInfo(name) for name in ("UTC", "Asia/Kathmandu", "America/Sao_Paulo")]
SIZE = 4  # rows a page of the screen
QUOTES: tuple[Literal["necessary", "non_numeric"], ...] = ("necessary", "non_numeric")


def frame_of(found: list[tuple[list[object], int]]) -> tuple[pl.DataFrame, list[oracle.Seen]]:
    """The pages as the product's frame, and as plain rows."""
    seen = oracle.pages(found, NOON)
    fetched = [frame.Fetched(at, rows, moment) for at, rows, moment in seen]
    rows = deduplicated(frame.plain(fetched)).drop("offset")
    return states.searchable(states.derived(rows, states.Rules())), oracle.settled(seen)


def in_file(
    rows: pl.DataFrame,
    reasons: Mapping[str, str] = MappingProxyType({}),
    columns: Sequence[str] = FILE_COLUMNS,
) -> FileRows:
    return FileRows(Selection.all_of(rows), columns, reasons)


@pytest.fixture
def full_disk() -> Iterator[None]:
    """A disk that takes no more than 20 kB of a file."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def csv_of(rows: FileRows, zone: ZoneInfo, *, excel: bool = False) -> bytes:
    return b"".join(export.csv(rows, zone, excel=excel))


def cells_of_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def cells_of_book(content: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@given(pages, queries, bounds, bounds, st.sampled_from(ZONES))
def test_every_way_out_holds_the_rows_that_a_plain_reading_finds(
    found: list[tuple[list[object], int]],
    query: Query,
    begin: datetime | None,
    end: datetime | None,
    zone: ZoneInfo,
) -> None:
    window = Window(begin, end)
    whole, seen = frame_of(found)
    expected = compared([oracle.Record(row, REASONS) for row in seen], window)
    expected = [each for each in expected if each.matches(query, window)]
    expected = oracle.ordered(expected, query.sort)

    result = Result.of(whole, query, window, mode="whole", as_of=NOON, reasons=lambda: REASONS)
    screen = [
        record
        for number in range(1, result.total // SIZE + 2)
        for record in result.page(number, SIZE, attempts=True)
    ]
    table = in_file(result.with_attempts(result.rows), REASONS, COMPARED_COLUMNS)
    assert [oracle.plain(record) for record in screen] == [each.on_screen() for each in expected]

    from_csv = cells_of_csv(csv_of(table, zone))
    assert from_csv == [list(COMPARED_COLUMNS), *(each.in_csv(zone) for each in expected)]

    from_json = json.loads(b"".join(export.json(table, zone, {"total": result.total})))
    assert from_json["total"] == len(expected)
    assert from_json["rows"] == [each.in_json(zone) for each in expected]

    from_book = cells_of_book(workbook.xlsx(table, zone, [("Zone", zone.key)]))
    assert from_book[0] == list(COMPARED_COLUMNS)
    assert from_book[1:] == [each.in_book(zone) for each in expected]


@given(pages, queries, st.sampled_from(ZONES), st.integers(1, 7))
def test_a_file_is_the_same_whatever_the_size_of_its_parts(
    found: list[tuple[list[object], int]], query: Query, zone: ZoneInfo, size: int
) -> None:
    whole, _ = frame_of(found)
    result = Result.of(whole, query, EVER, mode="whole", as_of=NOON, reasons=lambda: REASONS)
    rows = FileRows(result.selection, reasons=REASONS)
    guarded = spreadsheet_cells.made_harmless(export.written(rows.whole(), zone), rows.text_columns)
    made = [guarded.write_csv(line_terminator="\r\n", quote_style=quotes) for quotes in QUOTES]
    expected = made[any(separator in made[0] for separator in SEPARATORS)].encode()
    at_once = [csv_of(rows, zone, excel=True), *export.json(rows, zone, {})]
    with patch.object(file_rows, "ROWS_A_PART", size):
        assert csv_of(rows, zone) == expected
        in_parts = [csv_of(rows, zone, excel=True), *export.json(rows, zone, {})]
    assert b"".join(in_parts) == b"".join(at_once)


def test_of_a_workbook_at_most_two_parts_are_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = frame_of([([{"appointId": str(number)} for number in range(9)], 0)])
    rows, made = in_file(whole), workbook.made_to_fit
    alive: list[tuple[ReferenceType[pl.DataFrame], int]] = []

    def made_of(part: pl.DataFrame) -> pl.DataFrame:
        alive.append((ref(part), sum(each() is not None for each, _ in alive)))
        return made(part)

    at_once = cells_of_book(workbook.xlsx(rows, ZONES[0], []))
    monkeypatch.setattr(file_rows, "ROWS_A_PART", 2)
    monkeypatch.setattr(workbook, "made_to_fit", made_of)
    assert cells_of_book(workbook.xlsx(rows, ZONES[0], [])) == at_once
    assert len(alive) == 6  # with the second sheet
    assert max(others for _, others in alive) <= 1


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_a_workbook_for_which_the_disk_has_no_room_is_an_error_like_others(
    full_disk: None, zone: str
) -> None:
    twice = round(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp() * 1000)
    sent = [{"appointId": f"{number:099}", "appointTime": twice} for number in range(2_000)]
    whole, _ = frame_of([(sent, 0)])
    with pytest.raises(workbook.DiskFull):
        workbook.xlsx(in_file(whole), ZoneInfo(zone), [])


def test_a_workbook_that_was_never_finished_is_dropped_once_it_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name, age in (("reserved-calls-old", 7200), ("reserved-calls-new", 60), ("other", 7200)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "workbook.xlsx").touch()
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    workbook.xlsx(in_file(frame_of([])[0]), ZONES[0], [])
    assert {each.name for each in tmp_path.iterdir()} == {"reserved-calls-new", "other"}


@given(pages, queries)
def test_each_facet_sums_to_the_rows_under_all_other_filters(
    found: list[tuple[list[object], int]], query: Query
) -> None:
    whole, seen = frame_of(found)
    records = compared([oracle.Record(row, REASONS) for row in seen], EVER)
    facets = Result.of(whole, query, EVER, mode="whole", as_of=NOON).facets
    assert facets is not None
    for name, column in oracle.FACETS.items():
        others = query.but(**{name: getattr(Query(), name)})
        if name == "states":
            others = others.but(preset="")
        counted = oracle.counted(each for each in records if each.matches(others, EVER))[column]
        assert {line.value: line.rows for line in facets[name]} == counted
        assert None not in [line.value for line in facets[name][:-1]]


@pytest.mark.parametrize("name", [*COMPARED_COLUMNS, *(f"-{name}" for name in COMPARED_COLUMNS)])
def test_every_column_sorts_both_ways_with_empty_ones_last(name: str) -> None:
    rows = [
        {"appointId": str(number), "failCode": code, "userName": code, "callType": kind}
        for number, (code, kind) in enumerate(
            [(None, "1"), ("00604", None), ("00129", "2"), ("99999", "2"), (None, None)]
        )
    ]
    whole, seen = frame_of([(rows, 0)])
    query = Query(sort=name)
    result = Result.of(whole, query, EVER, mode="whole", as_of=NOON, reasons=lambda: REASONS)
    expected = oracle.ordered([oracle.Record(row, REASONS) for row in seen], name)
    assert [row["appoint_id"] for row in result.page(1, 50)] == [
        each.row.appoint_id for each in expected
    ]


@given(st.text(max_size=6) | st.text("=+-@＝;\t\r\n\" 1a'.\u00a0", max_size=9))
def test_no_cell_runs_as_a_formula(text: str) -> None:
    cell = spreadsheet_cells.made_harmless(pl.DataFrame({"text": [text]}), ["text"]).item()
    assert cell.replace("'", "") == text.replace("'", "")
    # Whichever separator divides the columns, and wherever a row ends.
    for number, part in enumerate(re.split(r"[;\t\r\n]", cell)):
        bare = part.strip(' \u00a0"' if number else " \u00a0")
        if bare[:1] in set("=+-@＝＋－＠"):
            assert re.fullmatch(r"[+-]([0-9]+( [0-9]+)*([.][0-9]+)?)?", bare)


@pytest.mark.parametrize(
    "text",
    [
        "+8613800000000",
        "-1",
        "+1.5",
        "-007",
        "a;-1",
        "a;+8613800000000;b",
        "ok;x",
        "a,=1",
        "a - b",
        "+44 20 7946 0999",
        "a;+34 612 345678",
        "-",
    ],
)
def test_what_would_not_run_stays_as_it_is(text: str) -> None:
    whole, _ = frame_of([([{"calledNo": text}], 0)])
    content = csv_of(in_file(whole), ZONES[0])
    assert cells_of_csv(content)[1][FILE_COLUMNS.index("called_no")] == text


@pytest.mark.parametrize(
    "text",
    [
        "-1+1",
        "+1e5",
        "--1",
        "=1",
        "@SUM(1)",
        "＝1",
        "+1 -2",
        "+1+cmd|x",
        "- 1",
        "+٣",
        " =1",
        "-1;x",
        "\tx",
    ],
)
def test_what_only_looks_like_a_number_is_made_harmless(text: str) -> None:
    whole, _ = frame_of([([{"calledNo": text}], 0)])
    content = csv_of(in_file(whole), ZONES[0])
    assert cells_of_csv(content)[1][FILE_COLUMNS.index("called_no")] == f"'{text}"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("ok;=1+1;x", "ok;'=1+1;x"),
        ("a;-1+1", "a;'-1+1"),
        ("-1\n=2", "'-1\n'=2"),
        ("\t=1", "'\t'=1"),
        ("a; =1;@b", "a;' =1;'@b"),
        ('a;"=1', "a;'\"=1"),
    ],
)
def test_what_would_run_behind_another_separator_is_made_harmless(text: str, safe: str) -> None:
    whole, _ = frame_of([([{"calledNo": text}], 0)])
    content = csv_of(in_file(whole), ZONES[0])
    assert cells_of_csv(content)[1][FILE_COLUMNS.index("called_no")] == safe


def test_a_workbook_holds_no_formula_and_types_its_times() -> None:
    rows = [{"userName": "=1+1", "calledNo": "+86138", "appointTime": NOW, "timeout": True}]
    whole, _ = frame_of([(rows, 0)])
    content = workbook.xlsx(in_file(whole), ZoneInfo("Asia/Kathmandu"), [("Zone", "x")])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = {sheet.cell(1, cell.column).value: cell for cell in sheet[2]}
    assert {cell.data_type for cell in cells.values()} <= {"s", "d", "b", "n", "inlineStr"}
    assert cells["agent_name"].value == "=1+1"
    assert cells["appoint_time"].value == datetime(2026, 6, 1, 17, 45)  # noqa: DTZ001
    assert cells["expired"].value is True
    assert sheet.freeze_panes == "A2"


def test_no_rows_make_files_of_a_header_alone() -> None:
    whole, _ = frame_of([])
    table = in_file(whole, REASONS)
    assert cells_of_csv(csv_of(table, ZONES[0])) == [list(FILE_COLUMNS)]
    assert json.loads(b"".join(export.json(table, ZONES[0], {"total": 0}))) == {
        "total": 0,
        "rows": [],
    }
    assert cells_of_book(workbook.xlsx(table, ZONES[0], [])) == [list(FILE_COLUMNS)]


def test_times_are_iso_8601_with_their_offset() -> None:
    moment = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # the second 02:30 of that night
    whole, _ = frame_of([([{"appointTime": round(moment.timestamp() * 1000)}], 0)])
    content = csv_of(in_file(whole), ZoneInfo("Europe/Berlin"))
    cell = cells_of_csv(content)[1][FILE_COLUMNS.index("appoint_time")]
    assert cell == "2026-10-25T02:30:00+01:00"
