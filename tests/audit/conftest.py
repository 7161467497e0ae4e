from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import Error

from dashboard.audit import log
from dashboard.audit.models import Event


@pytest.fixture(autouse=True)
def _no_looks_known() -> None:
    """A look of another test's person, who had the same ID, is not this one's."""
    cache.clear()


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A database that takes no event until this is undone; no look waits after the test."""

    def refuse(*_: object, **__: object) -> None:
        raise Error("database is locked")

    monkeypatch.setattr(Event, "save", refuse)
    yield monkeypatch
    log.WAITING.clear()
