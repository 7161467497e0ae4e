from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache

from appoints.connections import limiter
from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.secret import Secret
from appoints.isales.simulator import Simulator
from appoints.query.time_range import EVER
from appoints.snapshots import store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.upstream import Asked

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = 60_000  # milliseconds
PAGE = 10  # rows


def raw(number: int, **changes: Any) -> dict[str, Any]:
    """A row as iSales sends it, reserved so many minutes after noon."""
    return {
        "appointId": f"{number:030}",
        "appointTime": round(NOON.timestamp() * 1000) + number * MINUTE,
        "calledNo": f"1390000{number:04}",
        "userAccount": f"agent{number % 3}",
        "taskId": f"{number % 2}",
        **changes,
    }


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """An iSales of 85 rows; they may be changed while it runs."""
    with Simulator(data=[raw(number) for number in range(85)], max_limit=1000).running() as running:
        yield running


@pytest.fixture
def connection(simulator: Simulator, transactional_db: None) -> Iterator[Connection]:
    """A stored connection to the simulator; loads run in threads, hence real transactions."""
    cache.clear()
    yield Connection.objects.create(
        name="Demo",
        slug="demo",
        base_url=simulator.base_url,
        vdn=1,
        access_key="AK",
        secret_key=Secret("SK"),
        page_limit=PAGE,
        max_per_second=0,
    )
    for thread in threading.enumerate():
        if thread.name.startswith("load-"):
            thread.join(timeout=10)
    limiter._client.cache_clear()


@pytest.fixture
def snapshot(connection: Connection) -> Snapshot:
    """A snapshot of everything, begun; its lease is held."""
    return leased(connection)


def leased(connection: Connection) -> Snapshot:
    begun = store.begin_or_join(connection, Asked(Criteria(), EVER))
    assert store.take_lease(begun)
    return begun
