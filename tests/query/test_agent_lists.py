"""Lists of agents that are too long for an address."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.query.lists import written
from appoints.query.models import AgentList
from tests.factories import browser_of, person, saved_view, team_called
from tests.screen import Screen

LIST = "/appoints/"


@pytest.fixture
def agents(simulator: Simulator) -> list[str]:
    """Two agents who have calls, among many with long names who have none."""
    found = sorted({str(row["userAccount"]) for row in simulator.rows()[100:300]})
    return [*found[:2], *(f"{number:03}-{'x' * 60}" for number in range(298))]


@pytest.fixture
def address(signed_in: Client, connection: Connection, agents: list[str]) -> str:
    response = signed_in.post(LIST, {"agent": "\n".join(agents), "state": ["reached", "failed"]})
    assert response.status_code == 303
    return response["Location"]


def test_a_long_list_gets_a_short_address(address: str) -> None:
    assert re.fullmatch(
        r"/appoints/\?connection=demo&agent_list=[a-z2-7]{16}&state=reached&state=failed", address
    )


def test_the_same_list_has_the_same_address(
    signed_in: Client, address: str, agents: list[str]
) -> None:
    form = {"agent": " ".join(agents), "state": ["reached", "failed"]}
    assert signed_in.post(LIST, form)["Location"] == address
    assert AgentList.objects.count() == 1


def test_a_list_keeps_every_character_of_its_agents(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    odd = [
        "john smith",
        "a\nb",
        "nul\x00",
        '"',
        *(f"{number:03}-{'x' * 60}" for number in range(40)),
    ]
    simulator.listing.source = [
        {"appointId": str(number), "userAccount": agent, "appointTime": 1_747_302_523_000}
        for number, agent in enumerate([*odd, "john", "smith"])
    ]
    address = signed_in.post(LIST, {"agent": "\n".join(map(written, odd))})["Location"]
    assert "agent_list=" in address
    assert f"of <strong>{len(odd)}</strong>" in signed_in.get(address).content.decode()


def test_a_list_that_fits_is_written_out(signed_in: Client, connection: Connection) -> None:
    response = signed_in.post(LIST, {"agent": "101 102"})
    assert response["Location"] == "/appoints/?connection=demo&agent=101,102"


def test_list_file_and_detail_show_its_rows_to_a_colleague(
    address: str, agents: list[str], simulator: Simulator
) -> None:
    colleague = browser_of(person("colleague"))
    query = address.partition("?")[2]
    lines = colleague.get(f"{LIST}export.csv?{query}").content.decode().splitlines()[1:]
    listed = [row["userAccount"] for row in simulator.rows() if row.get("userAccount") in agents]
    assert 0 < len(lines) <= len(listed)
    page = colleague.get(address).content.decode()
    assert f"of <strong>{len(lines)}</strong>" in page
    shown = Screen(page).links('a[href^="/appoints/"][id^="call-"]')[0]
    assert "agent_list=" in shown
    assert colleague.get(shown).status_code == 200


def test_the_form_shows_the_agents_and_no_link_is_long(
    signed_in: Client, address: str, agents: list[str]
) -> None:
    page = signed_in.get(address).content.decode()
    assert "300 agents" in page
    assert "\n".join(agents[2:]) in page
    ticked = Screen(page).values("[name=agent][checked]", "value")
    assert set(agents[:2]) <= set(ticked)
    assert max(len(link) for link in Screen(page).links("[href]")) < 2000


@pytest.mark.parametrize(
    "query", ["agent_list=aaaaaaaaaaaaaaaa", "agent_list=/etc", "agent_list=%F0%9F%98%80"]
)
def test_a_list_that_is_not_stored_is_no_list_of_everybody(
    signed_in: Client, connection: Connection, simulator: Simulator, query: str
) -> None:
    for path in (LIST, f"{LIST}export.csv"):
        response = signed_in.get(f"{path}?{query}")
        assert response.status_code == 404
        assert "There is no such list of agents." in response.content.decode()
    assert simulator.calls == []


def test_a_list_and_other_agents_beside_it_are_refused(signed_in: Client, address: str) -> None:
    assert signed_in.get(f"{address}&agent=101").status_code == 400


def test_what_is_too_long_without_its_agents_is_refused(
    signed_in: Client, connection: Connection
) -> None:
    causes = "\n".join(f"{number:03}{'é' * 40}" for number in range(100))
    response = signed_in.post(LIST, {"cause": causes, "agent": "101"})
    assert response.status_code == 400
    assert "too long for an address" in response.content.decode()


def test_a_list_of_another_team_is_as_if_it_were_not(address: str) -> None:
    maker = AgentList.objects.get().people.get()
    team_called("North", maker)
    stranger = browser_of(person("stranger"))
    other = address.replace("agent_list=", "agent_list=a")
    found, none = (stranger.get(each) for each in (address, other))
    assert (found.status_code, none.status_code) == (404, 404)
    assert "no such list of agents" in found.content.decode()
    assert "xxxxx" not in found.content.decode()


def test_a_saved_view_opens_its_list_to_whoever_may_open_it(
    signed_in: Client, address: str, agents: list[str]
) -> None:
    maker = AgentList.objects.get().people.get()
    team_called("North", maker)
    shared = saved_view(maker, "ours", address.partition("?")[2], audience="everybody")
    stranger = browser_of(person("stranger"))
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"/v/{shared.slug}/", follow=True).status_code == 200
