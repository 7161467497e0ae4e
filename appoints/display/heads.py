"""The heads of a table's columns, and where a click on each leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise

from appoints.query.columns import COLUMNS
from appoints.query.query import DEFAULT_SORT, Query


class Head(NamedTuple):
    """A column's head: ``sorted_by`` is aria-sort's word, ``address`` the question sorted anew."""

    name: str
    text: str | Promise
    sorted_by: str | None
    address: str | None


@dataclass(frozen=True)
class Heads:
    """The heads of columns by their names.

    ``query`` is the question to sort anew, None where nothing can be; by masked numbers nobody can.
    """

    names: tuple[str, ...]
    query: Query | None
    masked: bool

    @property
    def columns(self) -> Sequence[Head]:
        """Each column's head."""
        return [self._head(name) for name in self.names]

    def _head(self, name: str) -> Head:
        text = COLUMNS[name].heading
        if self.query is None or (self.masked and name == "called_no"):
            return Head(name, text, None, None)
        sorted_by = {name: "ascending", f"-{name}": "descending"}.get(
            self.query.sort or DEFAULT_SORT
        )
        sort = f"-{name}" if sorted_by == "ascending" else name
        return Head(name, text, sorted_by, self.query.but(sort=sort).urlencode())
