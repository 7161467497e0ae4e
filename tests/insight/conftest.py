"""A moment, and who looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NoReturn

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from appoints.isales.errors import NoAnswer
from dashboard.accounts.models import User
from tests.factories import NOON, browser_of


@pytest.fixture
def noon(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An hour after noon; nothing is to be had beyond the rows at hand."""

    def unreachable(*request: object) -> NoReturn:
        raise NoAnswer("nobody answers")

    monkeypatch.setattr("appoints.snapshots.waiting.load_all", unreachable)
    settings.APPOINTS_FRESH_FOR = timedelta(hours=1)
    cache.clear()
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def browser(supervisor: User) -> Client:
    """The browser of a person who sees everything."""
    return browser_of(supervisor)
