from __future__ import annotations

import pytest

from appoints.display.charts.agents import by_agent
from appoints.query.query import Query
from appoints.results.facets import AgentCounts

ANN = AgentCounts("101", 3, 1)
NAMES = {"101": "Ann"}


def test_an_agent_is_named_with_both_numbers() -> None:
    [bar] = by_agent([ANN], Query(), NAMES).bars
    assert (bar.text, bar.code) == ("Ann", "101")
    assert [(part.state, part.rows) for part in bar.parts] == [("overdue", 3), ("failed", 1)]


def test_parts_follow_each_other_and_the_longest_bar_is_the_whole_width() -> None:
    bars = by_agent([ANN, AgentCounts("102", 0, 2)], Query(), NAMES).bars
    assert [[(part.start, part.share) for part in bar.parts] for bar in bars] == [
        [("0.0%", "75.0%"), ("75.0%", "25.0%")],
        [("0.0%", "0.0%"), ("0.0%", "50.0%")],
    ]


@pytest.mark.parametrize(
    ("query", "states"),
    [
        (Query(agents=("101", "102")), "state=overdue&state=failed"),
        (Query(states=("failed", "due")), "state=failed"),
        (Query(preset="overdue"), "preset=overdue&state=overdue"),
    ],
)
def test_a_bar_leads_to_the_calls_that_it_counts(query: Query, states: str) -> None:
    address = by_agent([ANN], query, NAMES).bars[0].address
    assert address and sorted(address.split("&")) == sorted(["agent=101", *states.split("&")])


def test_a_number_leads_to_its_state_and_nought_nowhere() -> None:
    [bar] = by_agent([ANN._replace(failed=0)], Query(), NAMES).bars
    assert [part.address for part in bar.parts] == ["agent=101&state=overdue", None]


def test_calls_without_an_agent_are_led_to_like_any_others() -> None:
    [bar] = by_agent([AgentCounts(None, 3, 1)], Query(agents=("101",)), NAMES).bars
    assert (bar.text, bar.code) == ("Without an agent", "")
    assert bar.address == "state=overdue&state=failed&without=agent"
    assert bar.parts[0].address == "state=overdue&without=agent"
    [ann] = by_agent([ANN], Query(without=("agent",)), NAMES).bars
    assert ann.parts[1].address == "agent=101&state=failed"


def test_ten_bars_are_shown_and_the_rest_is_counted() -> None:
    found = by_agent([AgentCounts(f"Agent {n}", 100 - n, n) for n in range(24)], Query(), {})
    assert len(found.bars) == 24
    assert [bar.text for bar in found.shown] == [f"Agent {number}" for number in range(10)]
    assert found.rest == "and 14 more agents"
