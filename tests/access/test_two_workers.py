"""Two people of different teams look at one snapshot at the same time, in two workers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from typing import NamedTuple

import pytest

from appoints.access.models import Grant
from appoints.connections.models import Connection
from appoints.isales.simulator import Options, Simulator
from dashboard.operations import servers
from tests.factories import browser_of, connected, person, raw, team_called
from tests.gunicorn import gunicorn

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 40
LOOKS = 200  # of each person
HANDS = 2  # threads of each person
FILE = "/appoints/export.csv"


class Looker(NamedTuple):
    """Somebody with a browser, and whose rows they see of all."""

    cookie: str
    agent: str
    stranger: str


@pytest.fixture
def centre() -> Iterator[Simulator]:
    rows = [raw(number, userAccount=f"agent{number % 2}") for number in range(ROWS)]
    with Simulator(Options(data=rows)).running() as simulator, connected(simulator.base_url):
        Grant.objects.all().delete()
        yield simulator


@pytest.fixture
def port(centre: Simulator) -> Iterator[int]:
    found = servers.free_port()
    children = {"dashboard": gunicorn(found, workers=2, FRESH_SECONDS="3600", DEBUG="0")}
    try:
        servers.wait_for(found, "/readyz", children)
        yield found
    finally:
        servers.end(children)


def looker(name: str, agent: str, stranger: str) -> Looker:
    """Somebody whose team sees one agent's calls."""
    made = person(name)
    team = team_called(f"Team of {name}", made)
    Grant.objects.create(team=team, connection=Connection.objects.get(), agents=[agent])
    return Looker(browser_of(made).cookies.output("", "", "; "), agent, stranger)


def look(port: int, looker: Looker) -> None:
    """Take the file, and read nothing of the other person."""
    client = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        client.request("GET", FILE, headers={"Cookie": looker.cookie})
        response: HTTPResponse = client.getresponse()
        text = response.read().decode()
    finally:
        client.close()
    assert response.status == 200 and looker.stranger not in text
    agents = [row["agent"] for row in csv.DictReader(text.splitlines())]
    assert agents == [looker.agent] * (ROWS // 2)


def test_nobody_is_given_a_row_of_the_other_and_isales_is_asked_once(
    centre: Simulator, port: int
) -> None:
    people = [looker("ana", "agent0", "agent1"), looker("ben", "agent1", "agent0")]
    with ThreadPoolExecutor(HANDS * len(people)) as pool:
        looks = [pool.submit(look, port, each) for _ in range(LOOKS) for each in people]
    for each in looks:
        each.result()
    assert [call.status for call in centre.list_calls] == [200]
