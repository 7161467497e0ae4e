"""A plugin of pytest: one line more in the file of columns, and one in the file of filters."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

COLUMN = """
    "fetched_at": Column(label="time of the look", heading="Looked at", kind="time"),
"""
FILTER = """
    call_statuses: Annotated[
        tuple[str, ...],
        Filter(
            name="call_status",
            label="Status of the call",
            kind="choices",
            column="call_status",
            without="without a status of the call",
            menu="Status menu",
        ),
    ] = ()
"""
# What each declaration stands before, by the name of its module.
DECLARED = {
    "appoints.query.columns": (COLUMN, "}\nFILE_COLUMNS"),
    "appoints.query.filters": (FILTER, "    without: Annotated["),
}


class Loader(SourceFileLoader):
    """Loads a module with a declaration more than its file has, and stores no bytecode of it."""

    def get_data(self, path: str) -> bytes:
        declaration, before = DECLARED[self.name]
        source = super().get_data(path).decode()
        assert source.count(before) == 1
        return source.replace(before, f"{declaration}{before}").encode()

    def path_stats(self, path: str) -> Any:
        raise OSError


class Finder(MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in DECLARED:
            return None
        found = PathFinder.find_spec(name, path, target)
        if found and found.origin:
            found.loader = Loader(name, found.origin)
        return found


assert DECLARED.keys().isdisjoint(sys.modules)
sys.meta_path.insert(0, Finder())
