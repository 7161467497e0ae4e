"""What the columns of a file are called on the page, and what their codes mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.functional import Promise

from appoints.isales import codes
from appoints.labels import COLUMN_WORDS, STATE_WORDS, in_words
from appoints.query.columns import COLUMNS

CODES: Mapping[str, Mapping[str, str | Promise]] = {
    "state": STATE_WORDS,
    "task_status": in_words(codes.TASK_STATUSES),
    "call_type": in_words(codes.CALL_TYPES),
    "call_status": in_words(codes.CALL_STATUSES),
    "fail_group": in_words(codes.GROUPS),
    "result": in_words(codes.RESULTS),
}


def legend() -> Iterator[tuple[str, str]]:
    """Yield every column with its words, in the language of the person, in the files' order."""
    for name in COLUMNS:
        meanings = ", ".join(f"{code} = {words}" for code, words in CODES.get(name, {}).items())
        yield name, f"{COLUMN_WORDS[name]}: {meanings}" if meanings else str(COLUMN_WORDS[name])
