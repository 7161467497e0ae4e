from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from appoints.connections import limiter
from appoints.connections.models import Connection
from appoints.isales.secret import Secret
from appoints.isales.simulator import Simulator
from dashboard.accounts.models import User


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(rows=590).running() as running:
        yield running


@pytest.fixture
def connection(simulator: Simulator, transactional_db: None, settings: Any) -> Iterator[Connection]:
    """A stored connection to the simulator; loads run in threads, hence real transactions."""
    cache.clear()
    # A busy machine must not turn a whole answer into one that is still loading.
    settings.APPOINTS_PAGE_WAIT = 20
    yield Connection.objects.create(
        name="Demo",
        slug="demo",
        base_url=simulator.base_url,
        vdn=1,
        access_key="AK",
        secret_key=Secret("SK"),
        max_per_second=0,
    )
    for thread in threading.enumerate():
        if thread.name.startswith("load-"):
            thread.join(timeout=10)
    limiter._client.cache_clear()


@pytest.fixture
def signed_in(transactional_db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("supervisor"))
    return client
