"""What the columns of a file are called on the page, and what their codes mean."""

from __future__ import annotations

from collections.abc import Iterator

from appoints.query.columns import COLUMNS, FILE_COLUMNS


def dictionary() -> Iterator[tuple[str, str]]:
    """Yield every column with its words, in the language of the person, in the files' order."""
    for name in FILE_COLUMNS:
        column = COLUMNS[name]
        meanings = ", ".join(f"{code} = {words}" for code, words in column.codes.items())
        yield name, f"{column.label}: {meanings}" if meanings else str(column.label)
