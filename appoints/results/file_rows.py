"""The rows of a file, typed, of which one part after the other is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, Self

import polars as pl
from polars import selectors

from appoints.query.columns import FILE_COLUMNS
from appoints.results.selection import Selection
from appoints.results.spreadsheet_cells import SUSPECT
from appoints.results.states import fail_reason

ROWS_A_PART = 20_000
SEPARATORS = [";", "\t"]  # of columns, beside the comma
QUOTED = [",", '"', "\r", "\n"]  # what only a cell in quotes may hold
SIZE = 2000  # bytes of Texts, or about
REASON, REASON_OF = "fail_reason", ("state", "fail_code", "result")

Quotes = Literal["never", "necessary", "non_numeric"]
QUOTES: Sequence[Quotes] = ("never", "necessary", "non_numeric")  # the last one that a part needs


class Texts(NamedTuple):
    """The columns whose texts may run as a formula, and which cells of a CSV file need quotes."""

    suspect: frozenset[str] = frozenset()
    quotes: Quotes = "never"

    @classmethod
    def of(cls, texts: pl.DataFrame) -> Self:
        """Return what a look at each text finds."""
        special = pl.all().str.contains_any([*SUSPECT, *QUOTED]) | (pl.all() == "")
        found = texts.select(each.name for each in texts.select(special.any()) if each[0])
        if _any(found, pl.all().str.contains_any(SEPARATORS)):
            # A text with another separator is one cell to every program where it is in quotes.
            return cls(frozenset(found.columns), "non_numeric")
        needed = _any(found, pl.all().str.contains_any(QUOTED) | (pl.all() == ""))
        return cls(frozenset(found.columns), "necessary" if needed else "never")

    @classmethod
    def of_parts(cls, parts: Iterable[pl.DataFrame]) -> Self:
        """Return what a look at each text of several frames finds."""
        found = [cls(), *map(cls.of, parts)]
        suspect = frozenset().union(*(each.suspect for each in found))
        return cls(suspect, max((each.quotes for each in found), key=QUOTES.index))


def _any(texts: pl.DataFrame, what: pl.Expr) -> bool:
    return any(each[0] for each in texts.select(what.any()))


@dataclass(frozen=True, eq=False)
class FileRows:
    """Some columns of the rows of a selection; ``reasons`` are the words for fail codes."""

    selection: Selection
    columns: Sequence[str] = FILE_COLUMNS
    reasons: Mapping[str, str] | None = None

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Self:
        """Return the rows of a frame as they are."""
        return cls(Selection.all_of(frame), frame.columns)

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.selection.height

    @cached_property
    def text_columns(self) -> list[str]:
        """The columns with what iSales or people wrote; in all others the text is ours."""
        texts = {*self.selection.frame.select(selectors.string()).columns, REASON}
        return [name for name in self.columns if name in texts]

    @property
    def texts(self) -> Texts:
        """What is special about the texts."""
        names = self.text_columns
        words = frozenset((self.reasons or {}).items())
        return self.selection.made(
            "texts",
            lambda: Texts.of_parts(self._parts(names, in_order=False)),
            lambda _: SIZE,
            (*names, words),
        )

    def parts(self) -> Iterator[pl.DataFrame]:
        """Yield all rows, ROWS_A_PART at once."""
        return self._parts(self.columns)

    def whole(self) -> pl.DataFrame:
        """Return all rows at once."""
        return self._typed(self.selection.rows, self.columns)

    def _parts(self, names: Sequence[str], *, in_order: bool = True) -> Iterator[pl.DataFrame]:
        read = names
        if self.reasons is not None:
            read = [*dict.fromkeys(name for name in (*names, *REASON_OF) if name != REASON)]
        for rows in self.selection.parts(read, ROWS_A_PART, in_order=in_order):
            yield self._typed(rows, names)

    def _typed(self, rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
        if self.reasons is not None:
            rows = rows.with_columns(fail_reason(self.reasons).alias(REASON))
        return rows.select(names)
