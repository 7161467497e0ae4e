"""Files: their rows, columns, headers and names."""

from __future__ import annotations

import csv
import gc
import io
import json
import weakref
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from threading import BoundedSemaphore

import openpyxl
import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.pages import export, whole
from appoints.results import file_rows, spreadsheet_cells
from appoints.results.file_rows import FileRows
from appoints.results.result import Result
from tests.factories import fill_disk

COLUMNS = (
    "appoint_id,state,late,appoint_time,called_no,agent,agent_name,task_id,task_name,task_status,"
    "call_type,expired,call_begin,call_end,call_status,caller_no,fail_code,fail_group,fail_reason,"
    "result,business_result,create_time"
)


def rows_of(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def test_a_csv_has_every_row_under_the_agreed_header(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    response = signed_in.get("/appoints/export.csv")
    total = len(simulator.rows())
    assert response.content.decode().split("\r\n")[0] == COLUMNS
    assert len(rows_of(response)) == total
    assert response["X-Total-Count"] == str(total)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="reserved-calls_demo_all_{total}-rows.csv"' in response["Content-Disposition"]
    assert datetime.fromisoformat(response["X-Data-As-Of"]).tzinfo is not None


def test_a_file_of_n_rows_costs_a_call_for_each_page(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    signed_in.get("/appoints/export.csv")
    assert len(simulator.list_calls) == -(-len(simulator.rows()) // connection.page_limit)


def test_times_carry_the_offset_of_the_views_zone(
    signed_in: Client, connection: Connection
) -> None:
    rows = rows_of(signed_in.get("/appoints/export.csv?tz=Asia/Kathmandu"))
    times = {row["appoint_time"][-6:] for row in rows if row["appoint_time"]}
    assert times == {"+05:45"}


def test_nothing_in_a_csv_runs_as_a_formula(signed_in: Client, connection: Connection) -> None:
    cells = {
        cell for row in rows_of(signed_in.get("/appoints/export.csv")) for cell in row.values()
    }
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "\t", "-1+"))]
    assert [cell for cell in cells if cell.startswith("+86138")]


def test_a_csv_for_excel_is_one_in_every_language_and_keeps_digits_as_text(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    response = signed_in.get("/appoints/export.csv?excel=1")
    assert response["Content-Type"] == "text/csv; charset=utf-16"
    assert response.content.startswith(b"\xff\xfe")
    text = io.StringIO(response.content.decode("utf-16"), newline="")
    header, *rows = csv.reader(text, delimiter="\t")
    assert header == COLUMNS.split(",")
    ids = [f'="{row["appointId"]}"' for row in simulator.rows() if row.get("appointId")]
    assert sorted(row[0] for row in rows if row[0]) == sorted(ids)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (export, file_rows):
        monkeypatch.setattr(module, "ROWS_A_PART", 100)


@pytest.mark.parametrize("file", ["export.csv", "export.csv?excel=1", "export.json"])
def test_a_large_file_is_sent_as_it_is_made_and_is_the_same(
    signed_in: Client, connection: Connection, request: pytest.FixtureRequest, file: str
) -> None:
    at_once = signed_in.get(f"/appoints/{file}")
    request.getfixturevalue("small_parts")
    in_parts = signed_in.get(f"/appoints/{file}", HTTP_ACCEPT_ENCODING="gzip")
    assert in_parts.streaming and not at_once.streaming
    assert b"".join(in_parts) == at_once.content
    assert in_parts["X-Total-Count"] == at_once["X-Total-Count"]
    assert "Content-Encoding" not in in_parts


@pytest.mark.usefixtures("small_parts")
def test_a_large_file_by_http_1_0_is_whole_with_its_length(
    signed_in: Client, connection: Connection
) -> None:
    response = signed_in.get("/appoints/export.csv", SERVER_PROTOCOL="HTTP/1.0")
    assert int(response["Content-Length"]) == len(response.content)


@pytest.mark.usefixtures("small_parts")
def test_nothing_is_left_of_a_file_whose_client_goes_away(
    signed_in: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[weakref.ref[FileRows]] = []
    body = export.CsvFile.body

    def noted(self: export.CsvFile, result: Result, rows: FileRows) -> Iterator[bytes]:
        held.append(weakref.ref(rows))
        return body(self, result, rows)

    monkeypatch.setattr(export.CsvFile, "body", noted)
    response = signed_in.get("/appoints/export.csv")
    next(iter(response))
    assert held[0]() is not None
    response.close()
    gc.collect()
    assert held[0]() is None


@pytest.mark.parametrize("file", ["export.xlsx", "export.csv?excel=1"])
def test_more_rows_than_a_sheet_holds_are_refused_for_excel_alone(
    signed_in: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.setattr(spreadsheet_cells, "MOST_ROWS", 500)
    refused = signed_in.get(f"/appoints/{file}")
    assert refused.status_code == 422
    assert "a sheet of Excel holds 500" in refused.content.decode()
    assert signed_in.get("/appoints/export.csv").status_code == 200
    assert signed_in.get("/appoints/export.json").status_code == 200


def test_a_workbook_without_room_on_the_disk_is_refused_in_words(
    signed_in: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_disk(monkeypatch)
    refused = signed_in.get("/appoints/export.xlsx")
    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert "has no room for temporary files" in refused.content.decode()
    assert signed_in.get("/appoints/export.csv").status_code == 200


@pytest.mark.parametrize(
    ("folder", "trouble"),
    [("/no/such/folder", "No such file or directory"), ("/proc/version", "Not a directory")],
)
def test_a_workbook_without_a_folder_to_be_made_in_is_refused_by_its_cause(
    signed_in: Client,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    trouble: str,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", folder)
    refused = signed_in.get("/appoints/export.xlsx")
    assert refused.status_code == 503
    assert f"folder for temporary files is unusable ({trouble})." in unescape(
        refused.content.decode()
    )
    assert signed_in.get("/appoints/export.csv").status_code == 200


def test_screen_csv_workbook_and_json_have_the_same_rows_in_the_same_order(
    signed_in: Client, connection: Connection
) -> None:
    query = "?state=failed&state=overdue&sort=-agent_name"
    from_csv = [row["appoint_id"] for row in rows_of(signed_in.get("/appoints/export.csv" + query))]
    found = json.loads(signed_in.get("/appoints/export.json" + query).content)
    from_json = [row["appoint_id"] or "" for row in found["rows"]]
    book = openpyxl.load_workbook(
        io.BytesIO(signed_in.get("/appoints/export.xlsx" + query).content)
    )
    cells = book.worksheets[0].iter_rows(min_row=2, max_col=1, values_only=True)
    assert from_csv == from_json == [cell[0] or "" for cell in cells]
    assert found["total"] == len(from_csv)


def test_a_workbook_has_typed_dates_and_says_of_what_it_is(
    signed_in: Client, connection: Connection
) -> None:
    content = signed_in.get("/appoints/export.xlsx?preset=today&tz=Asia/Kathmandu").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows, about = book.worksheets
    times = {type(cell.value) for cell in rows["D"][1:] if cell.value is not None}
    facts = {line[0].value: line[1].value for line in about.iter_rows()}
    assert times == {datetime}
    assert rows.freeze_panes == "A2"
    assert facts["Times in"] == "Asia/Kathmandu"
    assert facts["Offset of the times"] == "+0545"
    assert facts["Filters"] == "Today"
    assert facts["Made by"] == "supervisor"
    assert facts["called_no"] == "number"
    assert facts["call_type"] == "type: 1 = manual, 2 = automatic"
    assert COLUMNS.split(",") == [name for name in facts if name in COLUMNS.split(",")]


def test_a_workbook_says_that_it_has_cut_cells(
    signed_in: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet_cells, "MOST_IN_CELL", 40)
    content = signed_in.get("/appoints/export.xlsx").content
    about = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    facts = {line[0].value: line[1].value for line in about.iter_rows()}
    assert facts["Cut cells"].partition(",")[0].isdecimal()


def test_a_file_name_is_no_longer_than_any_system_takes(
    signed_in: Client, connection: Connection
) -> None:
    Connection.objects.update(slug="c" * Connection._meta.get_field("slug").max_length)
    response = signed_in.get("/appoints/export.json?from=2000-01-01&to=2100-12-31")
    name = response["Content-Disposition"].partition("filename=")[2]
    assert name.endswith('-rows.json"') and len(name) <= 200


def test_json_says_of_what_it_is(signed_in: Client, connection: Connection) -> None:
    found = json.loads(signed_in.get("/appoints/export.json").content)
    assert list(found) == ["connection", "as_of", "zone", "total", "rows"]
    assert list(found["rows"][0]) == COLUMNS.split(",")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("colour=red", "colour: there is no such parameter"),
        ("excel=yes", "excel: only 1 is possible"),
        ("partial=0", "partial: only 1 is possible"),
        ("preset=someday", "preset: "),
        ("per_page=-5", "per_page: "),
        ("from=2026-02-01&to=2026-01-01", "to: The range must end after it begins"),
    ],
)
def test_a_mistyped_parameter_yields_no_file(
    signed_in: Client, connection: Connection, simulator: Simulator, query: str, words: str
) -> None:
    response = signed_in.get(f"/appoints/export.csv?{query}")
    assert response.status_code == 400
    assert words in response.content.decode()
    assert simulator.calls == []


def test_a_stranger_gets_no_file(connection: Connection) -> None:
    assert Client().get("/appoints/export.csv").status_code == 302


def test_files_that_wait_leave_threads_to_pages(
    signed_in: Client,
    connection: Connection,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(whole, "WAITING", full)
    simulator.latency = 0.3
    response = signed_in.get("/appoints/export.csv")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
