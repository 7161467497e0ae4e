"""HTML built in Python: every part is escaped, unless it is HTML from here already."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from html import escape
from typing import Protocol

from django.utils.safestring import SafeString

NOTHING = SafeString("")
CHARACTER = 2  # bytes, or about


class Keep(Protocol):
    """Keeps HTML by a name, with the rows that it is made of; see ``Selection.made``."""

    def __call__(
        self, name: str, make: Callable[[], str], size: Callable[[str], int], *more: Hashable
    ) -> str: ...


def size_of(text: str) -> int:
    """Return how many bytes a text takes, or about."""
    return CHARACTER * len(text)


def escaped(text: object) -> SafeString:
    """Return a text as HTML, and HTML as it is."""
    # Django's own escape passes through a wrapper for lazy texts: a table has thousands of cells.
    return text if type(text) is SafeString else SafeString(escape(str(text)))


def html(pattern: str, *parts: object) -> SafeString:
    """Return a pattern of ours with each ``%s`` filled in by an escaped part."""
    safe = [each if type(each) is SafeString else escape(str(each)) for each in parts]
    return SafeString(pattern % tuple(safe))


def joined(parts: Iterable[object]) -> SafeString:
    """Return parts one after the other, escaped."""
    return SafeString(
        "".join([each if type(each) is SafeString else escaped(each) for each in parts])
    )
