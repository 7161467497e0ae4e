"""Names of tasks and words for causes: a comfort that no page waits long for."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from appoints import gateway, neighbours
from appoints.isales.simulator import Simulator
from appoints.models import Connection


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "WAIT", 0.1)


def test_names_are_asked_once(connection: Connection, simulator: Simulator) -> None:
    names = neighbours.tasks(connection)
    assert "Renewal wave" in names.values()
    assert neighbours.tasks(connection) == names
    assert len(simulator.calls) == 1


def test_words_come_in_the_readers_language(connection: Connection) -> None:
    chinese = neighbours.fail_words(connection, "zh-hans")
    assert neighbours.fail_words(connection, "en") != chinese


def test_a_platform_without_names_is_not_asked_again_soon(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "500"
    assert neighbours.tasks(connection) == {}
    calls = len(simulator.calls)
    assert neighbours.tasks(connection) == {}
    assert len(simulator.calls) == calls


def test_lines_that_are_taken_hide_names_only_for_a_while(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    keep = cache.set
    monkeypatch.setattr(cache, "set", lambda key, value, s: (kept.append(s), keep(key, value, s)))
    connection.max_concurrency = 1
    connection.save()
    with gateway.line(connection, wait=1):
        assert neighbours.tasks(connection) == {}
    assert kept == [neighbours.AGAIN]
