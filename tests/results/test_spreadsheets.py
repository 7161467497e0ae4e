"""Files as a spreadsheet opens them: LibreOffice, in the languages of the dashboard."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appoints.query.columns import FILE_COLUMNS
from appoints.results import spreadsheet_cells, workbook
from appoints.results.file_rows import FileRows
from tests.results.test_export import csv_of, frame_of, in_file

ZONE = ZoneInfo("UTC")

LANGUAGES = {"en": 1033, "es": 3082, "pt-BR": 1046, "zh": 2052, "ar": 1025}
UTF_16, UTF_8 = 65535, 76
COMMA, SEMICOLON, TAB = "44", "59", "9"
TEXTS = [
    "ok", "+34612345678", "+44 20 7946 0999", "-34 612 345678", "+", "-0 0",
    "-1", "00604", "17473025367882634015805554304",
    "1E3", "1E10", "1,5", "1.234,5", "(5)", "5%", "$5", "1/2", "12:30", "#N/A",
    "Mar-1", "mar-1", "1 de marzo", "3月1日", "2026-01-02", "TRUE", "VERDADERO", "FALSO",
    "VERDADEIRO", "٠٥٠١٢٣٤٥٦٧", "１３８００１３８０００", "مارس 1",
    "=1+1", "＝1+1", "+1+1", "@SUM(1)", '=HYPERLINK("x")', "'=1+1", "-1+1", " =1+1", " 1",
    "ok;=1+1;x", "ok,=1+1,x", "ok\t=1+1\tx", 'ok;"=1+1', 'a "q" b', '"quoted"', "a;b", "a,b",
    "a\tb", "two\nlines", "1\n2", "00604\n", "é" * 200, "1" * 300, "a;" * 300, "😀" * 300,
    "x" * 5000,
    "true", "Falso", "صح", "خطأ", "真", "#REF!", "#¡VALOR!", "#NOME?", "＃N/A", "-", "- none -",
    "@home", "=SUM(A:A)", "＝SUM(A:A)", "ok;=SUM(A:A)", "ok, @home", " ok", "ok ", "\u00a0ok",
    "ok\u3000", "ok\t",
]  # fmt: skip
PLAIN = [
    "Ana", "José Ñandú", "张三", "أحمد علي", "Smith, Ana", "night; day", 'Ana "Nina"', "“quoted”",
    "'quoted'", "(none)", "¿Qué?", "N/A", "E", "e", "May", "marzo", "一月", "يناير", "PM", "下午",
    "true love", "no #N/A here", "well-known", "a=b", "mail@example", "a  b",
]  # fmt: skip
# LibreOffice takes no formula with a line break, and no program needs one for such a long text.
MARKED = ["=1+1\n2", "\n1E3", "ok\n=1+1", "=" + "1" * 5000]

Opened = Callable[..., list[list["Seen"]]]


class Seen(NamedTuple):
    """What a spreadsheet makes of a cell: what it shows, and whether it is a formula."""

    value: object
    is_formula: bool


def table(texts: list[str]) -> FileRows:
    """The rows of a file: each text twice, amid other cells and at the begin of a line."""
    rows = [{"appointId": text, "agentName": text, "userName": text} for text in texts]
    return in_file(frame_of([(rows, 0)])[0])


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


def reading(separators: str, charset: int, language: str, *, evaluate: bool = True) -> str:
    """Return the option by which LibreOffice reads a CSV file, special numbers detected."""
    how = f"false,true,false,false,false,0,{str(evaluate).lower()}"
    return f"--infilter=CSV:{separators},34,{charset},1,,{LANGUAGES[language]},{how}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_csv_for_excel_is_shown_as_it_is(opened: Opened, language: str) -> None:
    texts = PLAIN + TEXTS
    content = csv_of(table(texts + MARKED), ZONE, excel=True)
    rows = opened(content, "csv", reading(TAB, UTF_16, language))
    assert [cell.value for cell in column(rows)][: len(texts)] == texts
    assert [cell.value for cell in column(rows, "appoint_id")][: len(texts)] == texts
    marked = column(rows)[len(texts) :]
    assert [cell.value for cell in marked] == [spreadsheet_cells.harmless(text) for text in MARKED]
    assert not any(cell.is_formula for cell in marked)


# Where a comma is in numbers, and where digits are others.
@pytest.mark.parametrize("language", ["es", "ar"])
def test_where_formulas_are_not_evaluated_words_are_shown_as_they_are_and_nothing_runs(
    opened: Opened, language: str
) -> None:
    content = csv_of(table(PLAIN + TEXTS + MARKED), ZONE, excel=True)
    separators = f"{COMMA}/{SEMICOLON}/{TAB}"
    rows = opened(content, "csv", reading(separators, UTF_16, language, evaluate=False))
    assert [cell.value for cell in rows[0]] == list(FILE_COLUMNS)
    assert [cell.value for cell in column(rows)][: len(PLAIN)] == PLAIN
    assert all(isinstance(cell.value, str) and not cell.is_formula for cell in column(rows))


def marked(*texts: str) -> list[str]:
    frame = pl.DataFrame({"text": texts}, {"text": pl.String})
    return spreadsheet_cells.made_literal(frame, ["text"])["text"].to_list()


# Many texts an example, for a column costs as much as a cell.
few = settings(max_examples=8)


@few
@given(st.lists(st.text(st.sampled_from("aéÑ张أ5٣=+-@#＝\"';, \t")), max_size=30))
def test_a_formula_of_the_csv_for_excel_is_for_just_its_text(texts: list[str]) -> None:
    for text, cell in zip(texts, marked(*texts), strict=True):
        pieces = re.findall(r'"((?:[^"]|"")*)"', cell)
        formula = "".join(pieces).replace('""', '"')
        assert text in (cell, formula)


@pytest.mark.parametrize(
    "text", ["1;" * 1999, "1" + ";" * 3999, '"' * 3000 + "1", "=" + "😀" * 3999, "😀;=" * 999]
)
def test_no_formula_of_the_csv_for_excel_is_longer_than_excel_takes(text: str) -> None:
    [cell] = marked(text)
    assert len(cell.encode("utf-16-le")) <= 2 * 8192
    assert cell.startswith('="') or cell == spreadsheet_cells.harmless(text)


begun = st.one_of(
    st.tuples(st.sampled_from("=+-@#＝＋－＠＃"), st.text()).map("".join),
    st.tuples(st.text(), st.sampled_from("0٣５"), st.text()).map("".join),
)


@few
@given(st.lists(begun, max_size=30))
def test_a_digit_or_a_sign_at_the_begin_is_never_plain(texts: list[str]) -> None:
    for text, cell in zip(texts, marked(*texts), strict=True):
        assert cell.startswith('="') or "\n" in text or "\r" in text


@pytest.mark.parametrize("separators", [SEMICOLON, TAB])
def test_nothing_in_a_plain_csv_is_a_formula_whatever_divides_its_columns(
    opened: Opened, separators: str
) -> None:
    content = csv_of(table(TEXTS + MARKED), ZONE)
    rows = opened(content, "csv", reading(separators, UTF_8, "es"))
    assert [cell for row in rows for cell in row if cell.is_formula] == []


def test_a_plain_csv_has_its_columns_where_every_separator_divides(opened: Opened) -> None:
    content = csv_of(table(TEXTS), ZONE)
    texts = reading(f"{COMMA}/{SEMICOLON}/{TAB}", UTF_8, "en")
    rows = opened(content, "csv", texts.replace("false,true", "true,true"))
    assert {len(row) for row in rows} == {len(FILE_COLUMNS)}
    assert [cell for row in rows for cell in row if cell.is_formula] == []
    assert [cell.value for cell in column(rows)] == [
        spreadsheet_cells.harmless(text) for text in TEXTS
    ]


def test_every_text_of_a_workbook_is_shown_as_it_is(opened: Opened) -> None:
    rows = opened(workbook.xlsx(table(TEXTS + MARKED), ZONE, []), "xlsx")
    assert [cell.value for cell in column(rows)] == TEXTS + MARKED
