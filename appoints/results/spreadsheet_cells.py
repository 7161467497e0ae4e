"""Texts as spreadsheets take them: never run as a formula, never read as something else.

A spreadsheet runs a cell that begins with one of ``SIGNS``, maybe behind spaces. Where its list
separator is not the file's, what follows a ``;``, a tab or a line break begins a cell, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

import polars as pl

MOST_ROWS = 1_048_575  # of a sheet of Excel, below the header
MOST_IN_CELL = 32_767  # of Excel, in units of UTF-16
MOST_IN_FORMULA = 4_000  # characters of a text in a formula
LONGEST_FORMULA = 8_192  # of Excel, in units of UTF-16
PIECE = 120  # characters of a text in a formula; Excel allows 255 units of UTF-16

# Also the full-width ones, which some programs fold.
SIGNS = "=+-@＝＋－＠"
SIGN = f"[{re.escape(SIGNS)}]"
SUSPECT = [*";\t\r\n", *SIGNS]  # a text without these needs no closer look
IN_QUOTES = [*',"\r\n']  # what only a cell in quotes may hold
# May stay as it is, as in +44 20 7946 0999 or -1: no formula has a blank between two digits.
NUMBER = r"[+-](?:[0-9]+(?: [0-9]+)*(?:\.[0-9]+)?)?"
ONE_NUMBER = rf"^{NUMBER}$"
# A pattern of Polars, which knows no look-ahead: what ``harmless`` is to look at.
MAY_RUN = rf'^[\t\r\n]|(?:^|[;\t\r\n])["\s]*{SIGN}'
INTRICATE = [*'",;\t\r\n']  # what a formula for text has no room for, or not in one piece
# What the spreadsheets of the dashboard's languages call true and false.
BOOLEANS = ("true", "false", "verdadero", "verdadeiro", "falso", "真", "假", "صح", "صحيح", "خطأ")
# A pattern of Polars for what a spreadsheet may read as something else than its text: numbers and
# times, error values (#N/A), booleans, what begins like a formula, blanks at the ends.
READ_OTHERWISE = (
    rf"\d|^\s|\s$|(?:^|[,;\t\r\n])[\s\p{{C}}'\"]*[{re.escape(SIGNS)}#＃]"
    rf"|^(?i:{'|'.join(BOOLEANS)})$"
)

_BLANK = r"[^\S\t\r\n]"
_FIRST = rf"^(?=[\t\r\n]|{_BLANK}*{SIGN})(?!{NUMBER}\Z)"
_INNER = (
    rf'(?<=[;\t\r\n])(?=(?:"|{_BLANK})*{SIGN})'
    rf'(?!(?:"|{_BLANK})*{NUMBER}"*(?:[;\t\r\n]|\Z))'
)
_BEFORE = re.compile(f"{_FIRST}|{_INNER}")
_PIECES = re.compile(rf"[^,;\t]{{1,{PIECE}}}[,;\t]?|[,;\t]")


class SheetIsFull(Exception):
    """There are more rows than a sheet of Excel holds."""


def fits_a_sheet(rows: int) -> None:
    """Raise SheetIsFull where so many rows are more than a sheet of Excel holds."""
    if rows > MOST_ROWS:
        raise SheetIsFull


def harmless(text: str) -> str:
    """Return text that no spreadsheet runs: an apostrophe stands before what it would."""
    return _BEFORE.sub("'", text)


def literal(text: str) -> str:
    """Return text as Excel's own formula for text: ``="00604"`` is no number, ``="=1"`` no formula.

    Excel takes no formula that is long, and LibreOffice none with a line break; such text is
    nothing but text to them, once it is harmless. The formula is in pieces, so that no separator
    stands before a sign.
    """
    if len(text) > MOST_IN_FORMULA or "\n" in text or "\r" in text:
        return cut(harmless(text))
    pieces = (piece.replace('"', '""') for piece in _PIECES.findall(text))
    formula = "=" + "&".join(f'"{piece}"' for piece in pieces)
    is_too_long = len(formula.encode("utf-16-le")) > 2 * LONGEST_FORMULA
    return cut(harmless(text)) if is_too_long else formula


def cut(text: str) -> str:
    """Return text that a cell of Excel holds, with a mark where it is not whole."""
    units = text.encode("utf-16-le") if len(text) > MOST_IN_CELL // 2 else b""
    if len(units) <= 2 * MOST_IN_CELL:
        return text
    mark = f" … [cut: {len(text)} characters]"
    return units[: 2 * (MOST_IN_CELL - len(mark))].decode("utf-16-le", "ignore") + mark


def made_harmless(frame: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
    """Return the frame with ``harmless`` texts in the columns of these names."""
    # A look at what is there is cheaper than a guard around every cell.
    looks = frame.select(pl.col(list(names)).str.contains_any(SUSPECT).any())
    return frame.with_columns(_harmless(frame[each.name]) for each in looks if each[0])


def _harmless(column: pl.Series) -> pl.Series:
    found = column.filter(column.str.contains(MAY_RUN))
    return _replaced(column, found.filter(~found.str.contains(ONE_NUMBER)), harmless)


def needs_quotes(text: pl.Expr) -> pl.Expr:
    """Tell whether a cell of a CSV file has to be in quotes: one without is no text, if empty."""
    return text.str.contains_any(IN_QUOTES) | (text == "")


def made_quoted(frame: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
    """Return the frame with quotes around each text that needs them in columns of these names."""
    text = pl.col(list(names))
    quoted = pl.format('"{}"', text.str.replace_all('"', '""', literal=True))
    return frame.with_columns(pl.when(needs_quotes(text)).then(quoted).otherwise(text))


def made_literal(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return the frame with ``literal`` texts in the columns of these names.

    A text that every spreadsheet reads as it is stays so: a program that runs no formulas would
    show ``="Ana"``.
    """
    return frame.with_columns(_literal(frame[name]) for name in names)


def _literal(column: pl.Series) -> pl.Series:
    otherwise = column.str.contains(READ_OTHERWISE)
    intricate = column.str.contains_any(INTRICATE) | (column.str.len_bytes() > PIECE)
    closely = otherwise & intricate | (column.str.len_chars() > MOST_IN_FORMULA)
    made = _replaced(column, column.filter(closely), literal)
    simple = pl.select(pl.format('="{}"', pl.lit(column))).to_series()
    return simple.zip_with(otherwise & ~closely, made).alias(column.name)


def made_to_fit(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with each text cut to what a cell of Excel holds."""
    return frame.with_columns(
        _replaced(column, column.filter(column.str.len_chars() > MOST_IN_CELL // 2), cut)
        for column in frame.select(pl.col(pl.String))
    )


def cut_cells(frame: pl.DataFrame) -> int:
    """Return how many cells of a frame a sheet of Excel holds only in part."""
    long = pl.col(pl.String).str.len_chars() > MOST_IN_CELL // 2
    texts = frame.filter(pl.any_horizontal(long)).select(pl.col(pl.String))
    return sum(cut(text) != text for column in texts for text in column if text is not None)


def _replaced(column: pl.Series, found: pl.Series, made: Callable[[str], str]) -> pl.Series:
    texts = found.unique()
    return column.replace(texts, [made(text) for text in texts]) if len(texts) else column
