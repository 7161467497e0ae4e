"""The read API over rows that are at hand: no simulator, no sockets."""

from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from appoints.connections import lookups
from appoints.connections.models import Connection, Lookup
from appoints.isales.errors import NoAnswer
from dashboard.accounts.models import User
from tests.factories import at_hand, connection_to, raw, token_for


def reader_of(person: User, name: str = "Portal", **fields: object) -> Client:
    """A program that has a token of this person."""
    return Client(headers={"Authorization": f"Bearer {token_for(person, name, **fields)}"})


def asked_for_no_names(**fields: object) -> Connection:
    made = connection_to(**fields)
    for name in (lookups.TASKS, lookups.WORDS):
        Lookup.of(made, name).mark_not_offered()
    return made


@pytest.fixture
def connection(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """A connection with 30 rows at hand, and nothing else to be had."""

    def unreachable(*request: object) -> NoReturn:
        raise NoAnswer("nobody answers")

    monkeypatch.setattr("appoints.snapshots.waiting.load_all", unreachable)
    settings.APPOINTS_FRESH_FOR = timedelta(hours=1)
    cache.clear()
    made = asked_for_no_names()
    at_hand(made, [raw(number) for number in range(30)])
    return made


@pytest.fixture
def reader(supervisor: User, connection: Connection) -> Client:
    """A program that reads as the supervisor."""
    return reader_of(supervisor)
