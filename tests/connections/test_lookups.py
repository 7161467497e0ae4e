"""Names of tasks and words for causes: a comfort that no page waits long for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection as database
from django.utils import timezone

from appoints.connections import limiter, lookups
from appoints.connections.models import Connection, Lookup
from appoints.isales.secret import Secret
from appoints.isales.simulator import Simulator


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "WAIT", 0.1)


def test_names_are_asked_once(connection: Connection, simulator: Simulator) -> None:
    names = lookups.tasks(connection)
    assert "Renewal wave" in names.values()
    assert lookups.tasks(connection) == names
    # The list proves the key first: only then does a 401 say "not purchased".
    assert [call.method for call in simulator.calls] == ["POST", "GET"]


def test_words_come_in_the_readers_language(connection: Connection) -> None:
    chinese = lookups.fail_words(connection, "zh-hans")
    assert lookups.fail_words(connection, "en") != chinese


def test_words_that_are_known_are_there_without_asking(
    connection: Connection, simulator: Simulator
) -> None:
    assert lookups.fail_words(connection, "en", ask=False) == {}
    words = lookups.fail_words(connection, "en")
    calls = len(simulator.calls)
    cache.clear()
    with time_machine.travel(timezone.now() + 2 * lookups.FRESH_FOR):
        assert lookups.fail_words(connection, "en", ask=False) == words != {}
    assert len(simulator.calls) == calls


def test_whoever_has_names_does_not_wait_while_another_worker_asks_for_newer(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = lookups.tasks(connection)
    cache.clear()
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    with time_machine.travel(timezone.now() + 2 * lookups.FRESH_FOR):
        assert Lookup.of(connection, lookups.TASKS).take_lease(lookups.LEASE)
        assert lookups.tasks(connection) == names != {}
    assert waits == []


@pytest.mark.django_db(transaction=True)
def test_of_many_threads_one_waits_for_what_another_worker_asks(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    monkeypatch.setattr(lookups, "LOOK_AGAIN", 0.0)
    monkeypatch.setattr(lookups, "WAIT", 0.3)
    lookup = Lookup.of(connection, lookups.TASKS)
    assert lookup.take_lease(lookups.LEASE)
    shared = lookups._shared
    monkeypatch.setattr(lookups, "_shared", lambda *about: (looks.append(1), shared(*about))[1])

    def ask(_: int) -> Mapping[str, str]:
        try:
            return lookups.tasks(connection)
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(ask, range(8))
        time.sleep(0.1)
        lookup.keep("", {"1": "Renewal"}, lookups.FRESH_FOR)
        assert list(answers) == [{"1": "Renewal"}] * 8
    assert len(looks) == 1


def test_a_platform_without_names_is_not_asked_again_soon(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "500"
    assert lookups.tasks(connection) == {}
    calls = len(simulator.calls)
    assert lookups.tasks(connection) == {}
    assert len(simulator.calls) == calls


def test_lines_that_are_taken_hide_names_only_for_a_while(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    keep = cache.set
    monkeypatch.setattr(cache, "set", lambda key, value, s: (kept.append(s), keep(key, value, s)))
    connection.max_concurrency = 1
    connection.save()
    with limiter.line(connection, wait=1):
        assert lookups.tasks(connection) == {}
    assert kept == [lookups.RETRY_AFTER]


def test_names_asked_for_with_a_bad_key_rest_the_connection_and_blame_no_lookup(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.gatekeeper.secret_key = Secret("another")
    assert lookups.tasks(connection) == {}
    assert [call.status for call in simulator.calls] == [401]
    connection.refresh_from_db()
    assert connection.resting
    assert not Lookup.objects.get().not_offered


def test_what_was_not_purchased_is_asked_again_where_the_endpoint_is_another(
    connection: Connection, simulator: Simulator
) -> None:
    Lookup.objects.create(
        connection=connection,
        name="tasks",
        endpoint="another",
        not_offered=True,
        leased_until=timezone.now(),
    )
    assert "Renewal wave" in lookups.tasks(connection).values()


def test_a_failure_under_a_clock_that_was_ahead_hides_names_only_for_a_while(
    connection: Connection, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "CACHED_FOR", 0)
    simulator.fault = "500"
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert lookups.tasks(connection) == {}
    simulator.fault = None
    assert "Renewal wave" in lookups.tasks(connection).values()


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=3)])
def test_names_kept_by_a_clock_that_was_ahead_are_asked_anew(
    connection: Connection, simulator: Simulator, ahead: timedelta
) -> None:
    with time_machine.travel(timezone.now() + ahead):
        simulator.gatekeeper.now = timezone.now
        lookups.tasks(connection)
        kept = Lookup.objects.get()
        assert kept.take_lease(lookups.LEASE)
    cache.clear()
    simulator.gatekeeper.now = timezone.now
    simulator.calls.clear()
    lookups.tasks(connection)
    assert "GET" in [call.method for call in simulator.calls]
