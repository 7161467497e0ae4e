"""Tiles of the summary lead to the rows of their state alone."""

from __future__ import annotations

import pytest

from appoints.display.tiles import tiles
from appoints.query.query import Query
from appoints.results.facets import ValueCount


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Query(), "state=failed"),
        (Query(states=("overdue",)), "state=failed"),
        (Query(states=("overdue", "failed")), "state=failed"),
        (Query(states=("failed",)), ""),
        (Query(preset="overdue"), "preset=overdue&state=failed"),
    ],
)
def test_the_summary_goes_from_one_state_to_the_other(before: Query, after: str) -> None:
    counted = {"states": [ValueCount("failed", None, 3)], "late": []}
    assert {tile.value: tile.address for tile in tiles(counted, before)}["failed"] == after
