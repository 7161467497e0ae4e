"""What the columns of a file are called on the page, and what their codes mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from appoints.query.columns import COLUMNS, FILE_COLUMNS


def dictionary(columns: Sequence[str] = FILE_COLUMNS) -> Iterator[tuple[str, str]]:
    """Yield each column of a file with its words, in the language of the person."""
    for name in columns:
        column = COLUMNS[name]
        meanings = ", ".join(f"{code} = {words}" for code, words in column.codes.items())
        yield name, f"{column.label}: {meanings}" if meanings else str(column.label)
