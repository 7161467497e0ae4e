"""Lines of figures: what a table, a file and the API have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, get_args, get_type_hints

import polars as pl

from appoints.snapshots.frame import MOMENT

# What tells how agents and tasks are called.
NAMES = ("agent", "agent_name", "task_id", "task_name", "appoint_time", "create_time")

TYPES: Mapping[type, pl.DataType] = {
    str: pl.String(),
    int: pl.Int64(),
    float: pl.Float64(),
    bool: pl.Boolean(),
    datetime: MOMENT,
    timedelta: pl.Float64(),
}


@dataclass(frozen=True)
class FigureLine:
    """A line of figures. Its fields and properties are the columns of its files."""


def columns(line: type[FigureLine]) -> dict[str, type]:
    """Return the type of each column of a kind of lines, whether or not it may be empty."""
    hints = get_type_hints(line)
    found = {each.name: hints[each.name] for each in fields(line)}
    for name, each in vars(line).items():
        if isinstance(each, property):
            found[name] = get_type_hints(each.fget)["return"]
    return {name: _bare(hint) for name, hint in found.items()}


def table(line: type[FigureLine], lines: Sequence[FigureLine]) -> pl.DataFrame:
    """Return lines as a frame, typed; lengths of time are seconds."""
    schema = {name: TYPES[kind] for name, kind in columns(line).items()}
    values = {name: [_plain(getattr(each, name)) for each in lines] for name in schema}
    return pl.DataFrame(values, schema=schema)


def _bare(hint: Any) -> type:
    parts = [each for each in get_args(hint) if each is not type(None)]
    found: type = parts[0] if parts else hint
    return found


def _plain(value: object) -> object:
    return value.total_seconds() if isinstance(value, timedelta) else value
