"""When iSales is asked, what it is asked, and when what is at hand answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.simulator import Simulator
from appoints.isales.simulator.names import AGENTS
from appoints.query.presets import resolve
from appoints.query.query import Query
from appoints.query.time_range import EVER, Window
from appoints.results.lookup import ask
from appoints.results.result import Result
from appoints.snapshots import ageing, store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.upstream import UpstreamRequest
from tests.factories import NOON, held, raw, whole
from tests.results.test_export import csv_of, in_file

UTC = ZoneInfo("UTC")
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = Window(NOON - 12 * HOUR, NOON + 12 * HOUR)


def asked(
    connection: Connection, window: Window = EVER, zone: ZoneInfo = UTC, **parts: object
) -> Result:
    return ask(connection, Query(**parts), window, zone, whole(connection), wait=10)


@pytest.fixture
def loaded(connection: Connection, simulator: Simulator) -> Connection:
    """A connection of which everything of the day is at hand."""
    asked(connection, DAY)
    simulator.calls.clear()
    return connection


@pytest.mark.parametrize(
    "parts",
    [
        {"states": ("overdue",)},
        {"sort": "-called_no"},
        {"page": 3, "per_page": 25},
        {"text": "agent1", "late": True},
        {"number": "13900000007"},
        {"task": "1"},
        {"agents": ("agent1", "agent2")},
        {"causes": ("00604",), "cause_groups": ("customer",), "call_type": "2"},
    ],
    ids=lambda parts: "+".join(parts),
)
def test_a_loaded_result_answers_without_a_call(
    loaded: Connection, simulator: Simulator, parts: dict[str, object]
) -> None:
    result = asked(loaded, DAY, **parts)
    assert result.facets is not None
    csv_of(in_file(result.rows), UTC)
    assert simulator.calls == []


def test_of_an_open_range_the_days_are_not_looked_for(
    connection: Connection, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asked(connection, EVER)
    with django_assert_num_queries(1):
        asked(connection, EVER)


def test_a_window_inside_a_loaded_one_costs_nothing(
    loaded: Connection, simulator: Simulator
) -> None:
    window = Window(NOON + 10 * MINUTE, NOON + 20 * MINUTE)
    result = asked(loaded, window)
    assert [row["appoint_id"] for row in result.page(1, 50)] == [
        f"{number:030}" for number in range(10, 20)
    ]
    assert simulator.calls == []


def test_a_window_beyond_the_loaded_one_is_asked_for(
    loaded: Connection, simulator: Simulator
) -> None:
    asked(loaded, Window(NOON, NOON + 13 * HOUR))
    assert simulator.calls


def test_an_agent_that_occurs_is_answered_for_here(
    loaded: Connection, simulator: Simulator
) -> None:
    assert asked(loaded, DAY, agents=("agent1",)).total == 28
    assert simulator.calls == []


def test_agents_one_of_whom_does_not_occur_are_asked_for(
    loaded: Connection, simulator: Simulator
) -> None:
    asked(loaded, DAY, agents=("agent1", "somebody"))
    assert simulator.list_calls[0].body["userAccountList"] == ["agent1", "somebody"]


def test_an_agent_is_found_by_an_id_that_rows_do_not_show(
    connection: Connection, simulator: Simulator
) -> None:
    agent = AGENTS[0]
    simulator.listing.source = [
        raw(number, userAccount=agent.account if number < 4 else "other") for number in range(9)
    ]
    asked(connection)
    calls = len(simulator.calls)
    result = asked(connection, agents=(agent.id,))
    assert (result.total, result.facets["agents"][0].value) == (4, agent.account)
    asked(connection, agents=(agent.id,), sort="-agent", number="13900000001")
    assert len(simulator.calls) == calls + 1 + 1  # and one more number, of that agent


def test_a_number_and_a_task_match_exactly(loaded: Connection) -> None:
    assert asked(loaded, DAY, number="13900000007").total == 1
    assert asked(loaded, DAY, number="1390000000").total == 0
    assert asked(loaded, DAY, task="1").total == 42
    assert asked(loaded, DAY, task="").total == 85


def test_what_isales_matches_loosely_is_matched_exactly_here(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "unfiltered"
    assert asked(connection, number="13900000007").total == 1


def test_rows_without_a_reserved_time_belong_to_questions_without_a_range(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.source = [raw(0), raw(1, appointTime=None)]
    assert asked(connection).total == 2
    assert asked(connection, DAY).total == 1


def test_ends_of_a_range_are_included_and_excluded(loaded: Connection) -> None:
    window = Window(NOON + 5 * MINUTE, NOON + 7 * MINUTE)
    assert asked(loaded, window).total == 2


def test_sliding_presets_share_their_day(connection: Connection, simulator: Simulator) -> None:
    calls = set()
    for seconds in (60, 90, 1200):
        now = NOON + timedelta(seconds=seconds)
        asked(connection, resolve("next-1h", now, UTC, overdue_days=30))
        asked(connection, resolve("next-15m", now, UTC, overdue_days=30))
        calls.add(len(simulator.list_calls))
    assert calls == {1 + 9}  # of which the first tells that a month has too many rows for one look


def test_viewers_in_other_zones_get_their_own_day(connection: Connection) -> None:
    counts = []
    for zone in (UTC, SHANGHAI, ZoneInfo("Asia/Kathmandu")):
        now = datetime(2026, 6, 1, 23, 0, tzinfo=zone)
        counts.append(asked(connection, resolve("today", now, zone, overdue_days=30), zone).total)
    # 12:00–13:24 UTC are 20:00–21:24 in Shanghai and 17:45–19:09 in Kathmandu: the same day.
    assert counts == [85, 85, 85]
    early = datetime(2026, 6, 2, 1, 0, tzinfo=SHANGHAI)
    assert (
        asked(connection, resolve("today", early, SHANGHAI, overdue_days=30), SHANGHAI).total == 0
    )


def test_fresh_rows_are_used_and_older_ones_refreshed(
    loaded: Connection, simulator: Simulator
) -> None:
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=4))
    asked(loaded, DAY)
    assert simulator.calls == []
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=11))
    asked(loaded, DAY)
    assert len(simulator.list_calls) == 9
    assert Snapshot.objects.filter(status=Snapshot.Status.WHOLE).count() == 1


def test_older_rows_are_shown_while_newer_ones_come(
    loaded: Connection, simulator: Simulator
) -> None:
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=11))
    with held(simulator):
        result = ask(loaded, Query(), DAY, UTC, whole(loaded), wait=0.1)
    assert (result.mode, result.total, result.refreshing) == ("whole", 85, True)


@pytest.mark.parametrize(
    "change",
    [{"page_limit": 5}, {"base_url": "http://localhost:{port}"}, {"range_field": "createTime"}],
)
def test_a_connection_that_was_changed_is_asked_anew(
    loaded: Connection, simulator: Simulator, change: dict[str, object]
) -> None:
    port = simulator.base_url.rpartition(":")[2]
    for name, value in change.items():
        setattr(loaded, name, value.format(port=port) if isinstance(value, str) else value)
    loaded.save()
    asked(loaded, DAY)
    assert simulator.list_calls


def test_another_connection_is_asked_for_itself(loaded: Connection, simulator: Simulator) -> None:
    loaded.pk, loaded.slug = None, "other"
    loaded.save()
    asked(loaded, DAY)
    assert len(simulator.list_calls) == 1 + 9


def test_where_a_range_filters_booking_times_the_reserved_time_is_bounded_here(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.range_field = "createTime"
    connection.range_field = Connection.RangeField.CREATE_TIME
    connection.save()
    for row in simulator.listing.source:
        row["createTime"] = row["appointTime"] - 40 * 24 * 3_600_000
    assert asked(connection, Window(NOON, NOON + HOUR)).total == 60


def test_after_a_long_load_isales_has_five_times_as_long_to_itself(connection: Connection) -> None:
    now = timezone.now()
    slow = Snapshot(
        created=now - timedelta(minutes=11),
        as_of=now - timedelta(minutes=11),
        ended=now - timedelta(minutes=9),
        worked=120.0,
    )
    assert ageing.is_fresh(slow)
    slow.worked = 100.0
    assert not ageing.is_fresh(slow)


def test_a_load_that_stopped_long_ago_begins_anew(connection: Connection) -> None:
    asked = UpstreamRequest(Criteria(), EVER)
    begun = store.begin_or_join(connection, [asked])
    assert store.begin_or_join(connection, [asked]) == begun
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=11))
    assert store.begin_or_join(connection, [asked]) != begun
