"""The position of a reservation among the rows of a result."""

from __future__ import annotations

from typing import NamedTuple

from appoints.results.result import Result


class Position(NamedTuple):
    """The position of a reservation: its number in the order, from 1, and the IDs on either side.

    A row without an ID has no page of its own, so that its neighbours follow each other.
    """

    number: int
    previous: str | None
    next: str | None


def position(result: Result, appoint_id: str) -> Position | None:
    """Return the position of a reservation; None where it is not among rows that are whole."""
    ids = result.rows["appoint_id"]
    if not result.is_whole or (at := ids.index_of(appoint_id)) is None:
        return None
    before, after = ids.head(at).drop_nulls(), ids.slice(at + 1).drop_nulls()
    return Position(at + 1, before[-1] if len(before) else None, after[0] if len(after) else None)
