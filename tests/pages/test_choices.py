"""Menus of choices, and the page that has them all."""

from __future__ import annotations

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.isales.simulator.names import AGENTS
from tests.screen import Screen, words_of

LIST = "/appoints/"


def boxes(page: Screen) -> set[str]:
    return set(page.values("[type=checkbox][name=agent]", "value"))


def test_a_page_has_all_agents_and_keeps_the_other_filters(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    few = Screen(signed_in.get(LIST))
    all_ = Screen(signed_in.get("/choices/agents/?state=failed&agent=101"))
    assert boxes(few) < boxes(all_) <= {row.get("userAccount") for row in simulator.rows()}
    assert all_.values("[type=hidden][name=state]", "value") == ["failed"]
    assert not all_.all("[type=hidden][name=agent]")
    assert "101" in all_.values("[checked]", "value")


def test_its_counts_ask_isales_nothing_more(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    signed_in.get(LIST)
    before = len(simulator.list_calls)
    assert signed_in.get("/choices/task/").status_code == 200
    assert len(simulator.list_calls) == before


@pytest.mark.parametrize("query", ["state=lost", "from=never"])
def test_what_cannot_be_asked_is_said_by_the_list(
    signed_in: Client, connection: Connection, query: str
) -> None:
    assert signed_in.get(f"/choices/agents/?{query}")["Location"] == f"/appoints/?{query}"


def test_above_the_cap_there_is_nothing_to_count(
    signed_in: Client, connection: Connection, settings
) -> None:
    settings.APPOINTS_MOST_ROWS = 100
    assert signed_in.get("/choices/agents/?per_page=25")["Location"] == "/appoints/?per_page=25"


def test_a_filter_of_no_choices_has_no_page(signed_in: Client, connection: Connection) -> None:
    assert signed_in.get("/choices/number/").status_code == 404


@pytest.mark.parametrize(("name", "field"), [("agent", "agents"), ("cause", "causes")])
def test_a_filter_has_the_name_of_its_parameter_too(
    signed_in: Client, connection: Connection, name: str, field: str
) -> None:
    titles = [
        words_of(Screen(signed_in.get(f"/choices/{each}/")).one("h1")) for each in (name, field)
    ]
    assert titles[0] == titles[1] != ""


def test_agents_are_chosen_by_name_and_those_without_a_call_are_named(
    signed_in: Client, connection: Connection
) -> None:
    signed_in.get(LIST)  # every agent's calls are at hand
    response = signed_in.get(LIST, {"agent": f"{AGENTS[0].account},nobody"})
    assert f"agent {AGENTS[0].name}, nobody" in response.content.decode()
    assert "No call here by agent nobody." in response.content.decode()
    assert Screen(response).texts("textarea[name=agent]") == ["nobody"]


def test_where_all_agents_have_calls_nothing_is_said(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    agent = simulator.rows()[100]["userAccount"]
    assert "No call here" not in signed_in.get(LIST, {"agent": agent}).content.decode()


def test_an_agent_whom_rows_may_name_otherwise_is_not_said_to_have_no_call(
    signed_in: Client, connection: Connection
) -> None:
    agent = next(agent for agent in AGENTS if agent.shown != agent.account)
    page = signed_in.get(LIST, {"agent": f"{agent.account},nobody"}).content.decode()
    assert f"No call here names {agent.account}, nobody." in page
    assert f"iSales also sent calls of {agent.shown}, who may be one of them" in page
