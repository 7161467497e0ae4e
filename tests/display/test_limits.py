"""Who is limited reads it."""

from __future__ import annotations

import pytest

from appoints.access.row_filter import EVERYTHING, GrantedPart, RowFilter
from appoints.access.scope import Scope
from appoints.connections.models import Connection
from appoints.display.limits import limits

AGENTS = RowFilter.of([GrantedPart(frozenset({"101", "102"}))])
TASK = RowFilter.of([GrantedPart(frozenset({"101"}), frozenset({"7"}))])


@pytest.mark.parametrize(
    ("row_filters", "teams", "masked", "words"),
    [
        ([EVERYTHING], ["North"], False, ""),
        ([EVERYTHING], [], False, ""),
        ([EVERYTHING], ["North"], True, "numbers masked"),
        ([AGENTS], ["North"], False, "Team North: 1 connection, 2 agents"),
        ([AGENTS, TASK], ["A", "B"], True, "Teams A, B: 2 connections, 2 agents · numbers masked"),
        ([TASK], ["North"], False, "Team North: 1 connection, 1 agent, 1 task"),
        ([AGENTS, EVERYTHING], ["North"], False, "Team North: 2 connections"),
    ],
)
def test_the_line_says_teams_grants_and_masking(
    row_filters: list[RowFilter], teams: list[str], masked: bool, words: str
) -> None:
    scope = Scope(
        row_filters=frozenset(enumerate(row_filters)),
        masked=masked,
        person=1,
        connections=Connection.objects.none(),
        teams=tuple(teams),
    )
    assert limits(scope) == words
