"""Files as a spreadsheet opens them: LibreOffice, in the languages of the dashboard."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

import openpyxl
import polars as pl
import pytest

from appoints.query.columns import FILE_COLUMNS
from appoints.results import export, guard, workbook
from tests.results.test_export import frame_of

ZONE = ZoneInfo("UTC")

LANGUAGES = {"en": 1033, "es": 3082, "pt-BR": 1046, "zh": 2052, "ar": 1025}
UTF_16, UTF_8 = 65535, 76
COMMA, SEMICOLON, TAB = "44", "59", "9"
TEXTS = [
    "ok", "+34612345678", "-1", "00604", "17473025367882634015805554304",
    "1E3", "1E10", "1,5", "1.234,5", "(5)", "5%", "$5", "1/2", "12:30", "#N/A",
    "Mar-1", "mar-1", "1 de marzo", "3月1日", "2026-01-02", "TRUE", "VERDADERO", "FALSO",
    "VERDADEIRO", "٠٥٠١٢٣٤٥٦٧", "１３８００１３８０００", "مارس 1",
    "=1+1", "＝1+1", "+1+1", "@SUM(1)", '=HYPERLINK("x")', "'=1+1", "-1+1", " =1+1", " 1",
    "ok;=1+1;x", "ok,=1+1,x", "ok\t=1+1\tx", 'ok;"=1+1', 'a "q" b', '"quoted"', "a;b", "a,b",
    "a\tb", "two\nlines", "1\n2", "00604\n", "é" * 200, "1" * 300, "a;" * 300, "😀" * 300,
    "x" * 5000,
]  # fmt: skip
# LibreOffice takes no formula with a line break, and no program needs one for such a long text.
MARKED = ["=1+1\n2", "\n1E3", "ok\n=1+1", "=" + "1" * 5000]

Opened = Callable[..., list[list["Seen"]]]


class Seen(NamedTuple):
    """What a spreadsheet makes of a cell: what it shows, and whether it is a formula."""

    value: object
    is_formula: bool


def table(texts: list[str]) -> pl.DataFrame:
    """The rows of a file: each text twice, amid other cells and at the begin of a line."""
    rows = [{"appointId": text, "agentName": text, "userName": text} for text in texts]
    return export.table(frame_of([(rows, 0)])[0], {})


def column(rows: list[list[Seen]], name: str = "agent_name") -> list[Seen]:
    return [row[FILE_COLUMNS.index(name)] for row in rows[1:]]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Return a function that opens a file in LibreOffice and gives the cells of its first sheet."""
    folder = tmp_path_factory.mktemp("office")
    profile = (folder / "profile").as_uri()

    def read(content: bytes, suffix: str, *options: str) -> list[list[Seen]]:
        source, made = folder / f"file.{suffix}", folder / "made" / "file.xlsx"
        source.write_bytes(content)
        command = ["soffice", f"-env:UserInstallation={profile}", "--headless", *options]
        command += ["--convert-to", "xlsx", "--outdir", str(made.parent), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        shown, written = (
            openpyxl.load_workbook(made, data_only=only).worksheets[0] for only in (True, False)
        )
        return [
            [
                Seen(cell.value, formula.data_type == "f")
                for cell, formula in zip(*pair, strict=True)
            ]
            for pair in zip(shown.iter_rows(), written.iter_rows(), strict=True)
        ]

    return read


def reading(separators: str, charset: int, language: str) -> str:
    """Return the option by which LibreOffice reads a CSV file."""
    return f"--infilter=CSV:{separators},34,{charset},1,,{LANGUAGES[language]},false,true"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_csv_for_excel_is_shown_as_it_is(opened: Opened, language: str) -> None:
    content = export.csv(table(TEXTS + MARKED), ZONE, excel=True)
    rows = opened(content, "csv", reading(TAB, UTF_16, language))
    assert [cell.value for cell in column(rows)][: len(TEXTS)] == TEXTS
    assert [cell.value for cell in column(rows, "appoint_id")][: len(TEXTS)] == TEXTS
    marked = column(rows)[len(TEXTS) :]
    assert [cell.value for cell in marked] == [guard.harmless(text) for text in MARKED]
    assert not any(cell.is_formula for cell in marked)


@pytest.mark.parametrize("separators", [COMMA, SEMICOLON, TAB])
def test_nothing_in_a_plain_csv_is_a_formula_whatever_divides_its_columns(
    opened: Opened, separators: str
) -> None:
    content = export.csv(table(TEXTS + MARKED), ZONE, excel=False)
    rows = opened(content, "csv", reading(separators, UTF_8, "es"))
    assert [cell for row in rows for cell in row if cell.is_formula] == []


def test_a_plain_csv_has_its_columns_where_every_separator_divides(opened: Opened) -> None:
    content = export.csv(table(TEXTS), ZONE, excel=False)
    texts = reading(f"{COMMA}/{SEMICOLON}/{TAB}", UTF_8, "en")
    rows = opened(content, "csv", texts.replace("false,true", "true,true"))
    assert {len(row) for row in rows} == {len(FILE_COLUMNS)}
    assert [cell.value for cell in column(rows)] == [guard.harmless(text) for text in TEXTS]


def test_every_text_of_a_workbook_is_shown_as_it_is(opened: Opened) -> None:
    rows = opened(workbook.xlsx(table(TEXTS + MARKED), ZONE, []), "xlsx")
    assert [cell.value for cell in column(rows)] == TEXTS + MARKED
