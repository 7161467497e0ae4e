"""What iSales is asked for people of limited scopes, and what they learn of the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from appoints.access.row_filter import GrantedPart, RowFilter
from appoints.access.scope import Scope
from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.query.query import Query
from appoints.query.time_range import EVER, Window
from appoints.results.lookup import ask
from appoints.results.result import NeedsWhole, Result
from tests.factories import NOON, raw, whole

UTC = ZoneInfo("UTC")


def limited(connection: Connection, *parts: GrantedPart) -> Scope:
    scope = whole(connection)
    return Scope(
        row_filters=frozenset({(connection.pk, RowFilter.of(parts))}),
        masked=False,
        person=scope.person,
        connections=scope.connections,
    )


def agents(*names: str) -> GrantedPart:
    return GrantedPart(agents=frozenset(names))


def asked(connection: Connection, scope: Scope, **parts: Any) -> Result:
    return ask(connection, Query(**parts), EVER, UTC, scope, wait=10)


def test_everything_is_asked_once_for_all_scopes(
    connection: Connection, simulator: Simulator
) -> None:
    for part in (
        agents("agent0"),
        agents("agent1"),
        GrantedPart(tasks=frozenset({"0"})),
        GrantedPart(),
    ):
        assert asked(connection, limited(connection, part)).is_whole
    assert len(simulator.list_calls) == 9
    assert not [call for call in simulator.list_calls if "userAccountList" in str(call)]


def test_where_everything_is_too_much_isales_is_asked_for_just_the_scope(
    connection: Connection, simulator: Simulator, settings: Any
) -> None:
    settings.APPOINTS_MOST_ROWS = 40
    result = asked(connection, limited(connection, agents("agent0")), states=("overdue",))
    assert result.is_whole
    assert set(asked(connection, limited(connection, agents("agent0"))).rows["agent"]) == {"agent0"}


def test_isales_own_pages_are_of_the_scope_alone(
    connection: Connection, simulator: Simulator, settings: Any
) -> None:
    settings.APPOINTS_MOST_ROWS = 10
    found = asked(connection, limited(connection, agents("agent0")))
    expected = sum(row["userAccount"] == "agent0" for row in simulator.rows())
    assert (found.mode, found.total) == ("browsing", expected)
    assert set(found.rows["agent"]) == {"agent0"}


@pytest.mark.parametrize(
    "parts",
    [
        [GrantedPart(tasks=frozenset({"0", "1"}))],
        [agents("agent0"), GrantedPart(tasks=frozenset({"1"}))],
        [GrantedPart(frozenset({"agent0"}), frozenset({"0", "1"}))],
        [],
    ],
    ids=["two tasks", "two grants", "an agent's two tasks", "nothing"],
)
def test_isales_own_pages_are_refused_where_it_cannot_filter_by_the_scope(
    connection: Connection, settings: Any, parts: list[GrantedPart]
) -> None:
    settings.APPOINTS_MOST_ROWS = 10
    with pytest.raises(NeedsWhole):
        asked(connection, limited(connection, *parts))


def test_isales_own_pages_are_refused_where_it_sends_rows_of_others(
    connection: Connection, simulator: Simulator, settings: Any
) -> None:
    settings.APPOINTS_MOST_ROWS = 10
    simulator.fault = "unfiltered"
    with pytest.raises(NeedsWhole):
        asked(connection, limited(connection, agents("agent0")))


@pytest.mark.parametrize("odd", [{"appointTime": "soon"}, {"calledNo": ["13900000001"]}])
def test_a_row_of_others_that_cannot_be_read_asks_isales_for_nothing_more(
    connection: Connection, simulator: Simulator, odd: dict[str, Any]
) -> None:
    simulator.listing.source = [raw(0), raw(1, **odd)]
    scope = limited(connection, agents("agent0"))
    assert asked(connection, scope).total == 1
    calls = len(simulator.calls)
    window = Window(NOON, NOON + timedelta(hours=1))
    found = ask(connection, Query(number="13900000000"), window, UTC, scope, wait=10)
    assert (found.total, len(simulator.calls)) == (1, calls)


def test_counts_that_differ_are_told_without_the_numbers(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "wrong-total"
    everything = asked(connection, whole(connection))
    part = asked(connection, limited(connection, agents("agent0")))
    assert (everything.is_settled, part.is_settled) == (False, False)
    assert (everything.received, part.received) == (85, 0)
    assert (part.reported, part.unrequested) == (None, 0)
