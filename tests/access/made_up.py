"""Made-up grants, rows and questions, odd ones among them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from appoints.isales.rows import Row, parse_row
from appoints.query.columns import COLUMNS
from appoints.query.query import STATES, Query
from tests.strategies import raw_rows

AGENTS = ("agentqa", "agentqb", "agentqc")
TASKS = ("71000001", "71000002")
# The first two are one number.
NUMBERS = ("8613900000001", "13900000001", "13900000002", "13900000003")

Grants = list[tuple[list[str], list[str]]]  # of agents and tasks

_agents = st.lists(st.sampled_from(AGENTS), min_size=1, max_size=2, unique=True)
_tasks = st.lists(st.sampled_from(TASKS), min_size=1, max_size=1)
grants: st.SearchStrategy[Grants] = st.lists(
    st.one_of(
        st.tuples(_agents, st.just([])),
        st.tuples(st.just([]), _tasks),
        st.tuples(_agents, _tasks),
    ),
    min_size=1,
    max_size=2,
)


def seen(found: Grants, row: Row) -> bool:
    """Tell whether one of the grants holds a row, as the contract says it."""
    return any(
        (not agents or row.agent in agents) and (not tasks or row.task_id in tasks)
        for agents, tasks in found
    )


def inside(found: Grants, rows: list[Any]) -> list[Any]:
    """Return the rows that the grants hold."""
    return [raw for raw in rows if seen(found, parse_row(raw))]


def tasks_of(found: Grants) -> set[str]:
    """Return the tasks that the grants name; none where one names none."""
    named = [set(tasks) for _, tasks in found]
    return set.union(*named) if all(named) else set()


def _named(raw: Any, agent: Any, task: Any, number: Any) -> Any:
    named = {"userAccount": agent, "taskId": task, "calledNo": number}
    return {**raw, **named} if isinstance(raw, dict) else raw


def _marked(rows: list[Any]) -> list[Any]:
    """Give each row an ID, where it has one, and texts that no other has; one names its number."""
    found = []
    for at, raw in enumerate(rows):
        row = raw
        if isinstance(raw, dict):
            texts = [key for key in ("userName", "taskName", "busiResult") if raw.get(key)]
            own = {key: f"{key}-{at} {raw[key]}" for key in texts}
            if "busiResult" in own:
                own["busiResult"] += f" call {raw['calledNo']}"
            row = {**raw, **own, "appointId": f"call-{at}" if raw.get("appointId") else None}
        found.append(row)
    return found


_rows = st.builds(
    _named,
    raw_rows,
    st.sampled_from([*AGENTS, *AGENTS, None, ["agentqa"]]),
    st.sampled_from([*TASKS, *TASKS, None, {"71000001": 1}]),
    st.sampled_from([*NUMBERS, *NUMBERS, None, 7, ["13900000003"]]),
)
rows = st.lists(_rows, min_size=6, max_size=14).map(_marked)

FILTERS: list[dict[str, Any]] = [
    *({"agents": (agent,)} for agent in AGENTS),
    {"agents": AGENTS},
    *({"task": task} for task in TASKS),
    *({"number": number} for number in NUMBERS),
    {"preset": "today"},
    {"preset": "overdue"},
    *({"states": (name,)} for name in STATES),
    {"late": True},
    {"call_type": "2"},
    {"causes": ("00604", "99999")},
    {"cause_groups": ("customer", "platform", "other")},
    *({"repeats": (name,)} for name in ("open", "reached", "unknown")),
    *({"without": (name,)} for name in ("agent", "number", "task", "cause", "repeat")),
    *({"text": text} for text in ("userName", "taskName-3", "agentq", "1390000", "001", "0")),
    {"page": 2},
    {"per_page": 25},
    {"zone": "Asia/Kathmandu"},
]


def _asked(filters: list[dict[str, Any]], sort: str) -> Query:
    return Query(**{name: value for each in filters for name, value in each.items()}, sort=sort)


questions = st.builds(
    _asked,
    st.lists(st.sampled_from(FILTERS), max_size=2),
    st.sampled_from(["", *COLUMNS, *(f"-{name}" for name in COLUMNS)]),
)
