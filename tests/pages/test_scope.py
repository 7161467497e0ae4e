"""A person of a team sees what the team is granted, on every page, and no sign of the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from appoints.access.models import Grant
from appoints.connections.models import Connection
from appoints.snapshots.models import Snapshot
from dashboard.accounts.models import User
from tests.factories import (
    administrator,
    at_hand,
    browser_of,
    connection_to,
    everybody,
    person,
    raw,
    team_called,
)
from tests.screen import Screen, ids_of, text_of, total_of

HIDDEN = ("agent1", "agent2", "Complaints")
PLACES = ("/appoints/?per_page=200", "/choices/agents/", "/choices/task/", "/wallboard/?state=due")


@pytest.fixture
def connection(db: None) -> Connection:
    made = connection_to()
    Grant.objects.all().delete()
    named = {"0": "Renewals", "1": "Complaints"}
    rows = [raw(number) for number in range(30)]
    at_hand(made, [{**row, "taskName": named[row["taskId"]]} for row in rows])
    return made


@pytest.fixture
def ana(connection: Connection) -> User:
    """A member of a team that sees one agent's calls of one task."""
    made = person("ana")
    team = team_called("North", made)
    Grant.objects.create(team=team, connection=connection, agents=["agent0"], tasks=["0"])
    return made


@pytest.fixture
def browser(ana: User) -> Client:
    return browser_of(ana)


def test_the_list_has_the_rows_of_the_grant_and_counts_them(browser: Client) -> None:
    response = browser.get("/appoints/?per_page=200")
    expected = [f"{number:030}" for number in range(0, 30, 6)]
    assert (ids_of(response), total_of(response)) == (expected, len(expected))


@pytest.mark.parametrize("place", PLACES)
def test_no_page_names_what_lies_outside(browser: Client, place: str) -> None:
    response = browser.get(place)
    assert response.status_code == 200
    assert not [each for each in HIDDEN if each in response.content.decode()]


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_a_file_holds_the_rows_of_the_grant(browser: Client, suffix: str) -> None:
    response = browser.get(f"/appoints/export.{suffix}")
    assert response["X-Total-Count"] == "5"
    assert not [each for each in HIDDEN if each in response.content.decode()]


@pytest.mark.parametrize("place", ["/appoints/", "/wallboard/?state=due"])
def test_a_limited_person_reads_so(browser: Client, place: str) -> None:
    assert "Team North: 1 connection, 1 agent, 1 task" in text_of(browser.get(place))


def test_every_choice_is_counted_within_the_grant(browser: Client) -> None:
    whole = json.loads(browser.get("/appoints/export.json").content)
    tiles = Screen(browser.get("/appoints/")).texts(".tile strong")
    assert sum(map(int, tiles[:7])) == whole["total"]


def test_a_reservation_outside_is_as_if_it_were_not(browser: Client) -> None:
    outside, none = (browser.get(f"/appoints/{number:030}/") for number in (1, 999))
    assert (outside.status_code, none.status_code) == (404, 404)
    words = [
        text_of(each).replace(f"{number:030}", "") for each, number in ((outside, 1), (none, 999))
    ]
    assert words[0] == words[1]


def test_neighbours_are_those_of_the_grant(browser: Client) -> None:
    links = Screen(browser.get(f"/appoints/{6:030}/")).links("a[rel]")
    found = [link.split("/")[2].lstrip("0") for link in links]
    assert found == ["", "12"]


def test_the_same_number_of_others_is_not_counted(connection: Connection, browser: Client) -> None:
    Snapshot.objects.all().delete()
    at_hand(connection, [raw(number, calledNo="13900000000") for number in range(30)])
    page = Screen(browser.get(f"/appoints/{0:030}/"))
    assert len(page.all(".others li, .others tbody tr")) == 4


@pytest.mark.parametrize("query", ["connection=south", "connection=nowhere"])
def test_a_connection_of_others_is_as_if_it_were_not(browser: Client, query: str) -> None:
    connection_to(slug="south", name="Secret South")
    Grant.objects.filter(connection__slug="south").delete()
    response = browser.get(f"/appoints/?{query}")
    assert response.status_code == 404
    assert "Secret South" not in text_of(response)
    assert browser.get(f"/appoints/export.csv?{query}").status_code == 404
    for place in ("wallboard", "choices/task"):
        assert browser.get(f"/{place}/?{query}").status_code == 404


def test_an_agent_of_others_is_as_absent_as_one_who_is_not(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        "appoints.snapshots.waiting.load_all", lambda *request: asked.append(request) or 1 / 0
    )
    for agent in ("agent1", "nobody"):
        with pytest.raises(ZeroDivisionError):
            browser.get(f"/appoints/?agent={agent}")
    assert len(asked) == 2


def test_without_a_team_a_page_says_whom_to_ask(connection: Connection) -> None:
    administrator("chief", email="chief@centre.example")
    client = browser_of(person("ben"))
    response = client.get("/appoints/")
    assert "chief@centre.example" in text_of(response)
    assert client.get(f"/appoints/{0:030}/").status_code == 404
    assert client.get("/appoints/export.csv").status_code == 404


def test_a_refresh_after_the_last_grant_is_taken_away_opens_the_page_anew(browser: Client) -> None:
    Grant.objects.all().delete()
    response = browser.get("/appoints/", headers={"HX-Request": "true"})
    assert (response["HX-Refresh"], response.content) == ("true", b"")


def test_a_person_in_no_team_reads_so_on_the_page_and_instead_of_a_file(
    connection: Connection,
) -> None:
    everybody().delete()
    client = browser_of(person("ben", rights=()))
    for place, status in (("/appoints/", 200), ("/appoints/export.csv", 403)):
        response = client.get(place)
        assert response.status_code == status
        assert "You are in no team" in text_of(response)
        assert "exporter" not in text_of(response)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_a_file_needs_its_right_and_no_page_offers_it_without(
    browser: Client, ana: User, suffix: str
) -> None:
    """The address itself checks: not so apache/superset#38195 and metabase/metabase#57861."""
    ana.user_permissions.clear()
    response = browser.get(f"/appoints/export.{suffix}")
    assert response.status_code == 403
    assert "exporter" in text_of(response)
    assert "export." not in browser.get("/appoints/").content.decode()
