"""Rows that are booked while a load reads pages."""

from __future__ import annotations

from typing import Any

import pytest

from appoints.isales.simulator import Simulator
from appoints.results import states
from appoints.results.cache import CACHE
from appoints.snapshots.loader import Load
from appoints.snapshots.models import Snapshot
from tests.factories import PAGE, raw


def load_while_booked(
    snapshot: Snapshot,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    *places: int,
    after: int = 5,
) -> None:
    """Load, and book a row at each place once iSales has given so many of the nine pages."""
    snapshot.connection.max_concurrency = 1
    snapshot.connection.save()
    give, given = simulator.listing.page, []

    def give_and_book(*asked: Any) -> dict[str, Any]:
        given.append(give(*asked))
        if len(given) == after:
            for place in places:
                simulator.listing.source.insert(place, raw(1000 + place))
        return given[-1]

    monkeypatch.setattr(simulator.listing, "page", give_and_book)
    Load(snapshot).run()
    snapshot.refresh_from_db()


def ids_of(snapshot: Snapshot) -> set[str]:
    return set(CACHE.of(snapshot, states.Rules())["appoint_id"])


@pytest.mark.parametrize("place", [0, 7, 23, 49, 50, 61, 85])
def test_a_row_that_came_in_is_found_wherever_it_stands(
    snapshot: Snapshot, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    load_while_booked(snapshot, simulator, monkeypatch, place)
    assert ids_of(snapshot) == {row["appointId"] for row in simulator.rows()}
    assert (snapshot.total, snapshot.received) == (86, 86)


def test_a_row_that_came_in_after_the_first_page_is_found(
    snapshot: Snapshot, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_while_booked(snapshot, simulator, monkeypatch, 0, after=1)
    assert ids_of(snapshot) == {row["appointId"] for row in simulator.rows()}


def test_a_row_that_came_in_is_found_without_reading_all_again(
    snapshot: Snapshot, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_while_booked(snapshot, simulator, monkeypatch, 23)
    pages = -(-86 // PAGE)
    assert len(simulator.list_calls) <= pages + 3


def test_several_rows_that_came_in_are_all_found(
    snapshot: Snapshot, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_while_booked(snapshot, simulator, monkeypatch, 3, 31, 44, 80)
    assert ids_of(snapshot) == {row["appointId"] for row in simulator.rows()}
    assert snapshot.received == snapshot.total == 89
