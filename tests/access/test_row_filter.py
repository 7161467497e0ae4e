"""Rows outside the grants are left out, whatever else is asked."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.access.row_filter import EVERYTHING, NOTHING, GrantedPart, RowFilter
from appoints.query.query import Query

AGENTS = ["101", "102", "lisi", "Lisi", ""]
TASKS = ["7", "8", "77"]
ROWS = st.lists(
    st.tuples(st.sampled_from([None, *AGENTS]), st.sampled_from([None, *TASKS])), max_size=20
)
PARTS = st.lists(
    st.builds(
        GrantedPart, st.frozensets(st.sampled_from(AGENTS)), st.frozensets(st.sampled_from(TASKS))
    ),
    max_size=4,
)


def seen(parts: list[GrantedPart], agent: str | None, task: str | None) -> bool:
    return any(
        (not part.agents or agent in part.agents) and (not part.tasks or task in part.tasks)
        for part in parts
    )


@given(ROWS, PARTS)
def test_the_rows_are_those_of_any_grant(
    rows: list[tuple[str | None, str | None]], parts: list[GrantedPart]
) -> None:
    schema = {"agent": pl.String, "task_id": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    found = RowFilter.of(parts).applied(frame)
    assert found.rows() == [row for row in rows if seen(parts, *row)]


@given(PARTS, st.randoms())
def test_grants_that_allow_the_same_are_equal(parts: list[GrantedPart], random: st.Random) -> None:
    shuffled = [*parts, *parts]
    random.shuffle(shuffled)
    narrower = [GrantedPart(part.agents or frozenset({"x"}), part.tasks) for part in parts]
    assert RowFilter.of(shuffled) == RowFilter.of(parts) == RowFilter.of([*parts, *narrower])
    assert hash(RowFilter.of(shuffled)) == hash(RowFilter.of(parts))


@given(PARTS, st.sampled_from(["", "7", "9"]), st.sets(st.sampled_from(AGENTS[:3])))
def test_what_isales_is_asked_instead_holds_every_row_that_may_be_seen(
    parts: list[GrantedPart], task: str, agents: set[str]
) -> None:
    query = Query(task=task, agents=tuple(agents))
    asked = RowFilter.of(parts).narrowed(query) or query
    for agent in AGENTS:
        for row_task in TASKS:
            wanted = seen(parts, agent, row_task) and matches(query, agent, row_task)
            assert not wanted or matches(asked, agent, row_task)


@given(PARTS, st.sampled_from(["", "7", "8"]), st.sets(st.sampled_from(AGENTS[:3])))
def test_isales_own_pages_are_shown_only_where_all_their_rows_may_be_seen(
    parts: list[GrantedPart], task: str, agents: set[str]
) -> None:
    query = Query(task=task, agents=tuple(agents))
    if RowFilter.of(parts).is_upstream(query):
        for agent in (*AGENTS, None, "another"):
            for row_task in (*TASKS, None):
                assert not matches(query, agent, row_task) or seen(parts, agent, row_task)


@given(PARTS, st.sampled_from(["", "7", "9"]), st.sets(st.sampled_from(AGENTS[:3])))
def test_the_question_for_a_team_s_rows_is_for_just_these(
    parts: list[GrantedPart], task: str, agents: set[str]
) -> None:
    query = Query(task=task, agents=tuple(agents))
    asked = RowFilter.of(parts).asked(query)
    for agent in (*AGENTS, None, "another"):
        for row_task in (*TASKS, None):
            wanted = seen(parts, agent, row_task) and matches(query, agent, row_task)
            assert asked is None or matches(asked, agent, row_task) == wanted


def test_one_grant_of_agents_and_a_task_can_be_asked_for() -> None:
    part = GrantedPart(frozenset({"102", "101"}), frozenset({"7"}))
    assert RowFilter.of([part]).asked(Query()) == Query(agents=("101", "102"), task="7")
    assert RowFilter.of([part, GrantedPart(frozenset({"x"}))]).asked(Query()) is None


def matches(query: Query, agent: str | None, task: str | None) -> bool:
    return (not query.agents or agent in query.agents) and (not query.task or task == query.task)


@pytest.mark.parametrize("asked", [Query(), Query(agents=("101",)), Query(task="7")])
def test_without_a_limit_isales_is_asked_for_everything(asked: Query) -> None:
    assert EVERYTHING.narrowed(asked) is None
    assert EVERYTHING.is_upstream(asked)
    assert not NOTHING.is_upstream(asked)


def test_names_of_other_tasks_are_not_told() -> None:
    names = {"7": "Renewals", "8": "Complaints"}
    found = RowFilter.of(
        [GrantedPart(tasks=frozenset({"7"})), GrantedPart(frozenset({"101"}), frozenset({"7"}))]
    )
    assert found.task_names(names) == {"7": "Renewals"}
    assert RowFilter.of([GrantedPart(agents=frozenset({"101"}))]).task_names(names) == {}
    assert EVERYTHING.task_names(names) == names
