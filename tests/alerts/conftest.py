from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from appoints.connections.models import Connection
from dashboard.accounts.models import User
from tests.access.centre import connection_with
from tests.access.conftest import unreachable
from tests.factories import NOON, at_hand, person, raw
from tests.notify.conftest import mail_server, receiver

__all__ = ["mail_server", "receiver", "unreachable"]
ROWS = 30


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """An hour after noon, at which the rows of ``centre`` are all overdue."""
    with time_machine.travel(NOON + timedelta(hours=1), tick=False) as frozen:
        yield frozen


@pytest.fixture
def ana(db: None) -> User:
    return person("ana", email="ana@example.com")


@pytest.fixture
def centre(
    db: None, clock: time_machine.Traveller, settings: Settings, unreachable: None
) -> Connection:
    """A connection of thirty calls a minute apart from noon on; they stay fresh for a week."""
    settings.APPOINTS_FRESH_FOR = timedelta(days=7)
    return connection_with("demo", range(ROWS))


def now_at_hand(connection: Connection, *rows: object) -> None:
    """Let these be all rows of a connection."""
    connection.snapshots.all().delete()
    at_hand(connection, list(rows))


def overdue(count: int) -> list[object]:
    return [raw(number, appointId=f"call-{number}") for number in range(count)]
