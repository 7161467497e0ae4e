"""Fixtures of a call centre of 85 rows, ten on a page: the rooms of loads and results use it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from appoints.connections.models import Connection
from appoints.isales.simulator import Options, Simulator
from appoints.snapshots.models import Snapshot

from .factories import PAGE, connected, leased, raw


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """An iSales of 85 rows; they may be changed while it runs."""
    with Simulator(
        Options(data=[raw(number) for number in range(85)], max_limit=1000)
    ).running() as running:
        yield running


@pytest.fixture
def connection(simulator: Simulator, transactional_db: None) -> Iterator[Connection]:
    """A stored connection to the simulator; loads run in threads, hence real transactions."""
    with connected(simulator.base_url, page_limit=PAGE, time_zone="UTC") as stored:
        yield stored


@pytest.fixture
def snapshot(connection: Connection) -> Snapshot:
    """A snapshot of everything, begun; its lease is held."""
    return leased(connection)
