from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import stamina

from appoints.isales.client import Client, Criteria
from appoints.isales.endpoint import Endpoint
from appoints.isales.secret import Secret
from appoints.isales.signing import SigningOptions
from tests.isales.wire import Ask, Wire


@pytest.fixture(autouse=True, scope="package")
def _retries_wait() -> Iterator[None]:
    with stamina.set_testing(False):
        yield


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def client(wire: Wire) -> Iterator[Client]:
    endpoint = Endpoint(
        "https://isales.example:28080/", 7, "AK", Secret("SK"), SigningOptions(milliseconds=True)
    )
    made = Client(endpoint, httpx.MockTransport(wire))
    yield made
    made.close()


@pytest.fixture
def ask(client: Client, wire: Wire) -> Ask:
    def once(criteria: Criteria = Criteria(), budget: float = 5.0) -> object:  # noqa: B008
        return client.list_page(criteria, 100, 50, pace=wire.pace, budget=budget)

    return once
