"""A load brings every row once, or says what it has."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from appoints.connections.models import Connection
from appoints.isales.rows import parse_row
from appoints.isales.simulator import Simulator
from appoints.results.cache import Cache
from appoints.results.states import Rules
from appoints.snapshots import arrived, frame, stored_rows
from appoints.snapshots.arrived import Arrived
from appoints.snapshots.loader import Load
from appoints.snapshots.models import Snapshot
from tests.factories import PAGE, leased, raw


def ids(snapshot: Snapshot) -> list[str | None]:
    return Cache().of(snapshot, Rules())["appoint_id"].to_list()


def served(simulator: Simulator) -> list[str | None]:
    return [row.get("appointId") for row in simulator.rows()]


def offsets(simulator: Simulator) -> list[int]:
    return [call.body["offset"] for call in simulator.list_calls]


def test_a_load_brings_every_row_in_isales_own_order(
    simulator: Simulator, snapshot: Snapshot
) -> None:
    Load(snapshot).run()
    assert snapshot.status == Snapshot.Status.WHOLE
    assert ids(snapshot) == served(simulator)
    assert (snapshot.total, snapshot.received) == (85, 85)


def test_rows_are_kept_in_the_order_of_the_pages_however_these_come(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrived, "CHUNK", 2 * PAGE)
    come = Arrived(snapshot)
    for at in (3, 1, 2, 0):  # each is written before the next comes
        rows = [parse_row(raw(at))]
        come.keep(frame.Fetched(at * PAGE, rows, timezone.now()), 4 * PAGE)
        come.write_all()
    in_order = [0, PAGE, 2 * PAGE, 3 * PAGE]
    assert come.pages()["offset"].to_list() == in_order
    stored = stored_rows.read_in_one(snapshot.chunks.order_by("number"))
    assert stored["offset"].to_list() == in_order


def test_each_page_is_asked_for_once_and_the_first_alone(
    simulator: Simulator, snapshot: Snapshot
) -> None:
    simulator.latency = 0.02
    Load(snapshot).run()
    assert sorted(offsets(simulator)) == list(range(0, 85, PAGE))
    first, second = sorted(call.moment for call in simulator.list_calls)[:2]
    assert second - first >= timedelta(seconds=0.02)


def test_no_more_requests_go_out_at_once_than_the_connection_allows(
    simulator: Simulator, connection: Connection
) -> None:
    Connection.objects.update(max_concurrency=2)
    simulator.latency = 0.02
    Load(leased(Connection.objects.get())).run()
    assert simulator.most_at_once == 2


def test_a_full_last_page_is_followed_by_one_more_question(
    simulator: Simulator, snapshot: Snapshot
) -> None:
    Connection.objects.update(max_concurrency=1)  # or pages overtake each other
    simulator.listing.source = [raw(number) for number in range(2 * PAGE)]
    snapshot.connection.refresh_from_db()
    Load(snapshot).run()
    assert offsets(simulator) == [0, PAGE, 2 * PAGE]
    assert snapshot.received == 2 * PAGE


def test_nothing_is_whole_too(simulator: Simulator, snapshot: Snapshot) -> None:
    simulator.listing.source = []
    Load(snapshot).run()
    assert snapshot.status == Snapshot.Status.WHOLE
    assert (ids(snapshot), snapshot.total, snapshot.received) == ([], 0, 0)


def test_rows_without_an_id_are_all_kept(simulator: Simulator, snapshot: Snapshot) -> None:
    simulator.listing.source = [raw(number, appointId=None) for number in range(12)]
    simulator.listing.source += [{}, {}, {"appointId": ""}]
    Load(snapshot).run()
    assert ids(snapshot) == [None] * 15
    assert snapshot.received == snapshot.total == 15


@pytest.mark.parametrize("fault", ["overlap", "vanish", "drift@3"])
def test_rows_that_shift_meanwhile_are_neither_lost_nor_doubled(
    simulator: Simulator, snapshot: Snapshot, fault: str
) -> None:
    simulator.fault = fault
    Load(snapshot).run()
    found = ids(snapshot)
    assert snapshot.status == Snapshot.Status.WHOLE
    assert len(found) == len(set(found)) == snapshot.received
    gone = {served(simulator)[0]} if fault == "vanish" else set()
    assert set(served(simulator)) - gone <= set(found)


def test_a_total_that_cannot_be_settled_is_kept_beside_what_came(
    simulator: Simulator, snapshot: Snapshot
) -> None:
    simulator.fault = "wrong-total"
    Load(snapshot).run()
    assert (snapshot.total, snapshot.received) == (88, 85)
    assert ids(snapshot) == served(simulator)


def test_a_server_that_ignores_offsets_is_not_asked_for_ever(
    simulator: Simulator, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = simulator.listing.page
    monkeypatch.setattr(
        simulator.listing, "page", lambda body, *rest: page({**body, "offset": 0}, *rest)
    )
    monkeypatch.setattr("django.conf.settings.APPOINTS_MOST_ROWS", 1000)
    Load(snapshot).run()
    assert (snapshot.status, snapshot.received) == (Snapshot.Status.WHOLE, PAGE)
    assert len(simulator.list_calls) < 25
