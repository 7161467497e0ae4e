"""What a team may see is set on its page in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from appoints.access.models import Grant
from appoints.connections.models import Connection
from dashboard.accounts.models import Team
from dashboard.audit.models import Event
from tests.factories import administrator, browser_of, connection_to, person, team_called
from tests.screen import Screen, form_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def madrid(db: None) -> Connection:
    found = connection_to(name="Madrid", slug="madrid")
    Grant.objects.all().delete()
    return found


@pytest.fixture
def north(db: None) -> Team:
    return team_called("North")


@pytest.fixture
def browser(db: None) -> Client:
    return browser_of(administrator())


def address(team: Team) -> str:
    return f"/admin/accounts/team/{team.pk}/change/"


def save(browser: Client, team: Team, **values: str) -> Any:
    page = address(team)
    return browser.post(page, form_of(browser.get(page)) | values)


def granted(team: Team) -> list[tuple[str, list[str], list[str]]]:
    return [(each.connection.slug, each.agents, each.tasks) for each in team.grants.all()]


@pytest.mark.parametrize(
    "pasted", ["101\r\n102\r\n", "101,102", "101; 102", " 101\t102 ", "101\r\n101\r\n102"]
)
def test_a_pasted_list_is_taken_however_it_is_parted(
    browser: Client, madrid: Connection, north: Team, pasted: str
) -> None:
    values = {"grants-0-connection": str(madrid.pk), "grants-0-agents": pasted}
    assert save(browser, north, **values).status_code == 302
    assert granted(north) == [("madrid", ["101", "102"], [])]


def test_a_stored_list_comes_back_as_it_was(
    browser: Client, madrid: Connection, north: Team
) -> None:
    agents, tasks = ["Ana López", "a,b", 'say "x"', "夜班"], ["7"]
    Grant.objects.create(team=north, connection=madrid, agents=agents, tasks=tasks)
    events = Event.objects.count()
    assert save(browser, north).status_code == 302
    assert granted(north) == [("madrid", agents, tasks)]
    assert Event.objects.count() == events


@pytest.mark.parametrize("pasted", [",", " ; \r\n , ", "\x01", "x" * 501])
def test_what_names_nobody_does_not_stand_for_all(
    browser: Client, madrid: Connection, north: Team, pasted: str
) -> None:
    values = {"grants-0-connection": str(madrid.pk), "grants-0-agents": pasted}
    response = save(browser, north, **values)
    assert response.status_code == 200
    assert Screen(response).texts(".field-agents .errorlist")
    assert granted(north) == []


def test_a_row_that_nobody_filled_in_grants_nothing(
    browser: Client, madrid: Connection, north: Team
) -> None:
    assert save(browser, north, name="Northern").status_code == 302
    assert granted(north) == []


def test_a_grant_is_given_changed_and_taken_and_the_log_tells_of_each(
    browser: Client, madrid: Connection, north: Team
) -> None:
    save(browser, north, **{"grants-0-connection": str(madrid.pk)})
    save(browser, north, **{"grants-0-agents": "101"})
    save(browser, north, **{"grants-0-DELETE": "on"})
    told = Event.objects.filter(kind="grant", way="admin").order_by("pk")
    assert [(each.actor, each.action, each.name) for each in told] == [
        ("administrator", action, "North: Madrid") for action in ("create", "change", "delete")
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [("101", True), ("10", False), ("夜班", True), ("7", True), ("madrid", True), ("lima", False)],
)
def test_a_team_is_found_by_what_it_is_granted(
    browser: Client, madrid: Connection, north: Team, words: str, *, found: bool
) -> None:
    for agents in (["101", "夜班"], ["101"]):
        Grant.objects.create(team=north, connection=madrid, agents=agents, tasks=["7"])
    page = browser.get("/admin/accounts/team/", {"q": words})
    assert Screen(page).texts(".field-name") == (["North"] if found else [])


def test_a_team_is_found_by_its_members(browser: Client, north: Team) -> None:
    north.members.add(person("ana"))
    assert "North" in text_of(browser.get("/admin/accounts/team/", {"q": "ana"}))


def test_a_member_stands_there_by_name(browser: Client, north: Team) -> None:
    north.members.add(person("ana"))
    assert Screen(browser.get(address(north))).texts("td.original p") == ["ana"]


def test_who_may_change_teams_alone_sees_and_gives_no_grants(
    madrid: Connection, north: Team
) -> None:
    browser = browser_of(person("staff", "change_team", "view_team", is_staff=True))
    Grant.objects.create(team=north, connection=madrid, agents=["101"])
    values = {"grants-TOTAL_FORMS": "1", "grants-INITIAL_FORMS": "0"}
    save(browser, north, **values, **{"grants-0-connection": str(madrid.pk)})
    assert granted(north) == [("madrid", ["101"], [])]
    assert "101" not in text_of(browser.get(address(north)))
