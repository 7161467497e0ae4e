from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

import pytest
from pytest_django import Settings

from appoints.isales.errors import NoAnswer
from tests.access import centre


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let iSales be out of reach: what is not at hand cannot be had."""

    def fail(*request: object) -> NoReturn:
        raise NoAnswer("nobody answers")

    monkeypatch.setattr("appoints.snapshots.waiting.load_all", fail)


@pytest.fixture
def place(db: None, unreachable: None, settings: Settings) -> centre.Centre:
    settings.APPOINTS_FRESH_FOR = timedelta(hours=1)
    settings.FRAME_ANCESTORS = ["https://portal.example"]
    return centre.made()
