"""Who may open, change and delete a saved view: every address, every person."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.db import transaction
from django.test import Client

from appoints.access.models import Grant
from appoints.connections.models import Connection
from appoints.query.models import AgentList
from appoints.saved_views.models import PersonDefault, SavedView
from appoints.urls import saved_views
from dashboard.accounts.models import Team, User
from tests.factories import administrator, connection_to, person, saved_view, team_called
from tests.screen import form_of

OPEN, LIST, NEW = "/v/{slug}/", "/views/", "/views/new/?preset=today"
EDIT, DELETE = "/views/{slug}/", "/views/{slug}/delete/"
UPDATE, DEFAULT = "/views/{slug}/update/?preset=today", "/views/{slug}/default/"

PEOPLE = ("owner", "teammate", "stranger", "staff", "nobody")
OUT = 302  # to the page of sign-in, for somebody who is signed out

# method, address, audience of the view → status for each of PEOPLE
RIGHTS = [
    ("get", OPEN, "private", (302, 404, 404, 404, OUT)),
    ("get", OPEN, "team", (302, 302, 404, 404, OUT)),
    ("get", OPEN, "everybody", (302, 302, 302, 302, OUT)),
    ("post", DEFAULT, "private", (302, 404, 404, 404, OUT)),
    ("post", DEFAULT, "team", (302, 302, 404, 404, OUT)),
    ("post", DEFAULT, "everybody", (302, 302, 302, 302, OUT)),
    ("get", DEFAULT, "everybody", (405, 405, 405, 405, OUT)),
    ("get", EDIT, "private", (200, 404, 404, 404, OUT)),
    ("get", EDIT, "team", (200, 404, 404, 404, OUT)),
    ("post", EDIT, "everybody", (400, 404, 404, 404, OUT)),
    ("post", UPDATE, "team", (302, 404, 404, 404, OUT)),
    ("post", UPDATE, "everybody", (302, 404, 404, 404, OUT)),
    ("get", UPDATE, "everybody", (405, 405, 405, 405, OUT)),
    ("get", DELETE, "team", (200, 404, 404, 404, OUT)),
    ("post", DELETE, "private", (302, 404, 404, 404, OUT)),
    ("post", DELETE, "everybody", (302, 404, 404, 404, OUT)),
    ("get", LIST, "private", (200, 200, 200, 200, OUT)),
    ("get", NEW, "private", (200, 200, 200, 200, OUT)),
    ("post", NEW, "private", (400, 400, 400, 400, OUT)),
]


class Scene(NamedTuple):
    people: dict[str, User]
    team: Team
    view: SavedView


@pytest.fixture
def scene(db: None) -> Scene:
    """A view of the owner's, who shares a team with the teammate alone."""
    connection_to()
    people = {name: person(name) for name in PEOPLE[:3]} | {"staff": administrator("staff")}
    night = team_called("Night", people["owner"], people["teammate"])
    team_called("Day", people["stranger"])
    asked = "connection=demo&preset=today&state=overdue"
    return Scene(people, night, saved_view(people["owner"], "Morning list", asked))


def share(scene: Scene, audience: str) -> None:
    scene.view.audience = audience
    scene.view.team = scene.team if audience == "team" else None
    scene.view.save()


def client_of(scene: Scene, person: str) -> Client:
    client = Client()
    if person in scene.people:
        client.force_login(scene.people[person])
    return client


@pytest.mark.parametrize(("method", "address", "audience", "statuses"), RIGHTS)
def test_each_person_gets_what_is_theirs(
    scene: Scene, method: str, address: str, audience: str, statuses: tuple[int, ...]
) -> None:
    share(scene, audience)
    found, to_sign_in = [], []
    for who in PEOPLE:
        with transaction.atomic():
            ask = getattr(client_of(scene, who), method)
            response = ask(address.format(slug=scene.view.slug))
            transaction.set_rollback(True)
        found.append(response.status_code)
        to_sign_in.append(response.get("Location", "").startswith("/accounts/login/"))
    assert tuple(found) == statuses
    assert to_sign_in == [who == "nobody" for who in PEOPLE]


def test_no_address_is_missing_above() -> None:
    tested = {row[1].partition("?")[0].format(slug="<slug:slug>") for row in RIGHTS}
    assert tested == {f"/{each.pattern}" for each in saved_views}


@pytest.mark.parametrize(
    ("audience", "seeing"),
    [
        ("private", {"owner"}),
        ("team", {"owner", "teammate"}),
        ("everybody", {"owner", "teammate", "stranger", "staff"}),
    ],
)
def test_menu_and_page_name_it_to_those_who_may_open_it(
    scene: Scene, audience: str, seeing: set[str]
) -> None:
    share(scene, audience)
    for address in ("/views/", "/appoints/?from=never"):
        found = {
            person
            for person in scene.people
            if "Morning list" in client_of(scene, person).get(address).content.decode()
        }
        assert found == seeing


def test_a_default_that_is_no_longer_shown_to_a_person_opens_no_more(scene: Scene) -> None:
    share(scene, "team")
    PersonDefault.objects.create(person=scene.people["teammate"], view=scene.view)
    share(scene, "private")
    response = client_of(scene, "teammate").get("/")
    assert response["Location"] == "/appoints/?preset=today"


def test_a_team_that_is_gone_leaves_the_view_to_its_owner(scene: Scene) -> None:
    share(scene, "team")
    scene.team.delete()
    assert client_of(scene, "owner").get(f"/v/{scene.view.slug}/").status_code == 302
    assert client_of(scene, "teammate").get(f"/v/{scene.view.slug}/").status_code == 404


def test_a_view_cannot_be_shared_with_a_team_of_others(scene: Scene) -> None:
    client = client_of(scene, "owner")
    other = Team.objects.get(name="Day")
    posted = {"name": "Morning list", "audience": "team", "team": other.pk}
    response = client.post(f"/views/{scene.view.slug}/", posted)
    assert response.status_code == 400
    scene.view.refresh_from_db()
    assert (scene.view.audience, scene.view.team) == ("private", None)


def test_its_forms_need_the_token_of_the_page(scene: Scene) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.people["owner"])
    for address in (EDIT, UPDATE, DEFAULT, DELETE, NEW):
        assert client.post(address.format(slug=scene.view.slug)).status_code == 403


def test_an_inactive_connection_stays_closed_through_a_view(scene: Scene) -> None:
    Connection.objects.update(active=False)
    response = client_of(scene, "owner").get(f"/v/{scene.view.slug}/", follow=True)
    assert "No call centre to show" in response.content.decode()


def test_a_view_that_names_a_connection_outside_the_scope_is_its_owners_alone(scene: Scene) -> None:
    share(scene, "everybody")
    Grant.objects.update(team=scene.team)
    for each, status in (("owner", 302), ("teammate", 302), ("staff", 302), ("stranger", 404)):
        client = client_of(scene, each)
        assert client.get(f"/v/{scene.view.slug}/").status_code == status
        assert ("Morning list" in client.get("/views/").content.decode()) == (status == 302)


NAMING = {
    "connection=demo&agent=101": 302,
    "agent=101,102": 302,
    "agent=101&task=7": 302,
    "connection=demo&agent=201": 404,
    "agent=101,201": 404,
    'agent=101&agent="201"': 404,
    "agent=101&task=8": 404,
    f"agent_list={AgentList.slug_of(['101'])}": 302,
    f"agent_list={AgentList.slug_of(['201'])}": 404,
}


def test_a_view_that_names_an_agent_or_task_outside_the_scope_is_for_those_who_see_them(
    scene: Scene,
) -> None:
    limits = {"agents": ["101", "102"], "tasks": ["7"]}
    Grant.objects.update(team=Team.objects.get(name="Day"), **limits)
    Grant.objects.create(team=scene.team, connection=Connection.objects.get())
    for each in ("101", "201"):
        AgentList.keep([each], scene.people["owner"].pk)
    clients = {name: client_of(scene, name) for name in ("teammate", "stranger")}
    for asked, status in NAMING.items():
        scene.view.keep(asked)
        share(scene, "everybody")
        address = f"/v/{scene.view.slug}/"
        found = {name: client.get(address).status_code for name, client in clients.items()}
        assert found == {"teammate": 302, "stranger": status}, asked
        listed = "Morning list" in clients["stranger"].get("/views/").content.decode()
        assert listed == (status == 302)


def test_the_admin_puts_people_into_teams(scene: Scene) -> None:
    client = client_of(scene, "staff")
    page = client.get("/admin/").content.decode()
    assert "/admin/accounts/team/" in page
    person = client.get(f"/admin/accounts/user/{scene.people['owner'].pk}/change/").content.decode()
    assert "Teams:" in person


def test_the_admin_sets_a_teams_default_among_what_the_team_may_see(scene: Scene) -> None:
    client = client_of(scene, "staff")
    address = f"/admin/accounts/team/{scene.team.pk}/change/"
    posted = form_of(client.get(address), "#team_form")
    posted |= {"default_view-0-view": str(scene.view.pk)}
    assert client.post(address, posted).status_code == 200  # private: not offered
    share(scene, "team")
    assert client.post(address, posted).status_code == 302
    response = client_of(scene, "teammate").get("/")
    assert f"view={scene.view.slug}" in response["Location"]


def test_the_admin_changes_who_sees_a_view_and_not_what_it_asks(scene: Scene) -> None:
    client = client_of(scene, "staff")
    address = f"/admin/saved_views/savedview/{scene.view.pk}/change/"
    assert "state=overdue" not in client.get(address).content.decode()
    posted = {"name": "Ours", "owner": str(scene.people["owner"].pk), "audience": "everybody"}
    assert client.post(address, posted).status_code == 302
    scene.view.refresh_from_db()
    assert (scene.view.name, scene.view.audience) == ("Ours", "everybody")
    assert scene.view.query == "connection=demo&preset=today&state=overdue"
    assert client.get("/admin/saved_views/savedview/").status_code == 200
    assert client.get("/admin/saved_views/savedview/add/").status_code == 403
