"""The rows of a file, typed, of which one part after the other is in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple, Self

import polars as pl
from django.utils.functional import cached_property
from polars import selectors

from appoints.query.columns import FILE_COLUMNS
from appoints.results.selection import Selection
from appoints.results.spreadsheet_cells import IN_QUOTES, SUSPECT, needs_quotes
from appoints.results.states import fail_reason
from appoints.snapshots.frame import SHARED

ROWS_A_PART = 10_000  # of which a file has several in memory, in several forms
SEPARATORS = [";", "\t"]  # of columns, beside the comma
SIZE = 2000  # bytes of Texts, or about
REASON, REASON_OF = "fail_reason", ("state", "fail_code", "result")


class Texts(NamedTuple):
    """The columns with texts that may run as a formula, and those with texts that need quotes.

    ``separated``: whether there is a text with another separator, which is one cell to every
    program only where it is in quotes.
    """

    suspect: frozenset[str] = frozenset()
    quoted: frozenset[str] = frozenset()
    separated: bool = False

    @classmethod
    def of(cls, texts: pl.DataFrame) -> Self:
        """Return what a look at each text finds."""
        special = _with(texts, pl.all().str.contains_any([*SUSPECT, *IN_QUOTES]) | (pl.all() == ""))
        found = texts.select(special)
        return cls(
            frozenset(special),
            frozenset(_with(found, needs_quotes(pl.all()))),
            bool(_with(found, pl.all().str.contains_any(SEPARATORS))),
        )

    def and_those(self, other: Texts) -> Texts:
        """Return what both found."""
        return Texts(
            self.suspect | other.suspect,
            self.quoted | other.quoted,
            self.separated or other.separated,
        )


def _with(texts: pl.DataFrame, what: pl.Expr) -> list[str]:
    """Return the names of columns with at least one text of a kind."""
    return [each.name for each in texts.select(what.any()) if each[0]]


def as_texts(rows: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
    """Return rows with the texts themselves in some columns of texts."""
    return rows.with_columns(pl.col(list(names)).cast(pl.String))


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
        texts = selectors.string() | selectors.by_dtype(SHARED)
        names = {*self.selection.frame.select(texts).columns, REASON}
        return [name for name in self.columns if name in names]

    @property
    def texts(self) -> Texts:
        """What is special about the texts."""
        names = self.text_columns
        words = frozenset((self.reasons or {}).items())
        return self.selection.made(
            "texts",
            lambda: reduce(Texts.and_those, map(Texts.of, self.parts_of_texts()), Texts()),
            lambda _: SIZE,
            (*names, words),
        )

    def parts(self) -> Iterator[pl.DataFrame]:
        """Yield all rows, ROWS_A_PART at once, with the codes of texts that rows share."""
        return self._parts(self.columns)

    def parts_of_texts(self) -> Iterator[pl.DataFrame]:
        """Yield the columns of texts, ROWS_A_PART at once, in no order."""
        names = self.text_columns
        return (as_texts(part, names) for part in self._parts(names, in_order=False))

    @cached_property
    def times(self) -> pl.DataFrame:
        """The columns of times, of all rows at once."""
        names = self.none.select(selectors.datetime()).columns
        return pl.concat([self.none.select(names), *self._parts(names)])

    def whole(self) -> pl.DataFrame:
        """Return all rows at once."""
        return as_texts(pl.concat([self.none, *self.parts()]), self.text_columns)

    @cached_property
    def none(self) -> pl.DataFrame:
        """The columns without a row."""
        return self._typed(self.selection.frame.clear(), self.columns)

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
