"""Sign-ins and changes find their way into the log."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.test import Client

from appoints.access.models import Grant
from appoints.connections.models import Connection
from appoints.saved_views.models import SavedView
from dashboard.accounts.models import User
from dashboard.audit import words
from dashboard.audit.models import Event
from tests.factories import PASSWORD, administrator, browser_of, connection_to, person, team_called
from tests.screen import form_of


def told() -> list[tuple[str, str, str]]:
    """Return what the log says since it was emptied, oldest first."""
    events = Event.objects.order_by("pk")
    return [(each.actor, each.action, each.kind) for each in events]


@pytest.fixture
def administrators_browser(db: None) -> Client:
    return browser_of(administrator("root"))


def last() -> Event:
    event = Event.objects.order_by("-pk").first()
    assert event is not None
    return event


def sign_in(client: Client, password: str) -> None:
    data = {"username": "supervisor", "password": password}
    client.post("/accounts/login/", data, REMOTE_ADDR="10.1.2.3")


def test_a_sign_in_is_told_with_its_address(client: Client, supervisor: User) -> None:
    sign_in(client, PASSWORD)
    event = last()
    assert (event.actor, event.action, event.address) == ("supervisor", "sign-in", "10.1.2.3")
    assert event.person == supervisor.pk and event.way == "sign-in"


def test_a_sign_out_is_told(client: Client, supervisor: User) -> None:
    sign_in(client, PASSWORD)
    client.post("/accounts/logout/")
    assert (last().actor, last().action) == ("supervisor", "sign-out")


def test_a_failed_sign_in_is_told_without_the_password(client: Client, supervisor: User) -> None:
    sign_in(client, "wrong-word")
    assert (last().actor, last().action, last().person) == ("supervisor", "sign-in failed", None)
    assert "wrong-word" not in repr(list(Event.objects.values()))


def test_a_lock_out_is_told_once(client: Client, supervisor: User) -> None:
    for _ in range(13):
        sign_in(client, "wrong-word")
    found = Event.objects.filter(action="locked out")
    assert [each.actor for each in found] == ["supervisor"]


def test_a_deleted_person_stays_readable(client: Client, supervisor: User) -> None:
    sign_in(client, PASSWORD)
    supervisor.delete()
    assert Event.objects.filter(actor="supervisor", action="sign-in").exists()
    assert (last().action, last().kind, last().name) == ("delete", "user", "supervisor")


def test_a_sign_in_is_no_change_of_the_person(client: Client, supervisor: User) -> None:
    changes = Event.objects.filter(action="change")
    before = changes.count()
    sign_in(client, PASSWORD)
    assert changes.count() == before


def test_a_change_names_the_fields_and_no_secret(db: None) -> None:
    ana = person("ana")
    ana.set_password("a new pass phrase")
    ana.is_superuser = True
    ana.save()
    assert last().details == {"changed": {"password": None, "is_superuser": True}}
    assert last().way == "command"


def test_a_field_that_is_not_stored_is_no_change(db: None) -> None:
    ana = person("ana")
    before = last().pk
    ana.first_name, ana.email = "Ana", "ana@example.org"
    ana.save(update_fields=["last_login"])
    assert last().pk == before
    ana.save(update_fields=["email"])
    assert last().details == {"changed": {"email": None}}


def test_a_command_is_told_under_a_name_that_no_person_can_have(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "ana")
    person("ben")
    assert (last().actor, last().person) == ("ana (account of the machine)", None)
    with pytest.raises(ValidationError):
        User.username_validator(last().actor)


def test_a_grant_is_told_as_it_was_and_as_it_is(db: None) -> None:
    connection, north = connection_to(), team_called("North")
    grant = Grant.objects.create(team=north, connection=connection, agents=["101", "Ana López"])
    assert last().details == {"after": 'demo agents=101,"Ana López"'}
    grant.agents, grant.tasks = [], ["7"]
    grant.save()
    assert last().details["changed"] == {"agents": None, "tasks": None}
    whole = ' · before: demo agents=101,"Ana López" · after: demo tasks=7'
    assert words.details(last()).endswith(whole)
    grant.delete()
    assert last().details == {"before": "demo tasks=7"}


@pytest.mark.parametrize("forward", [True, False])
def test_membership_is_told_from_either_side(db: None, forward: bool) -> None:
    ana, north = person("ana"), team_called("North")
    ana.teams.add(north) if forward else north.members.add(ana)
    event = last()
    expected = {"of": "team", "added": ["North"]} if forward else {"of": "user", "added": ["ana"]}
    assert event.details == expected
    ana.teams.clear() if forward else north.members.remove(ana)
    assert last().action == "change" and last().pk > event.pk


def test_a_role_that_is_given_is_told(db: None) -> None:
    person("ana").groups.add(Group.objects.create(name="auditor x"))
    assert last().details == {"of": "group", "added": ["auditor x"]}


def test_a_membership_given_in_the_admin_is_told(administrators_browser: Client) -> None:
    ana, north = person("ana"), team_called("North")
    address = f"/admin/accounts/team/{north.pk}/change/"
    form = form_of(administrators_browser.get(address), "#team_form")
    response = administrators_browser.post(address, form | {"User_teams-0-user": str(ana.pk)})
    assert response.status_code == 302
    event = Event.objects.get(action="change", kind="team")
    assert event.details == {"of": "user", "added": ["ana"]}
    assert (event.actor, event.way, event.address) == ("root", "admin", "127.0.0.1")


def test_a_connection_is_told_but_not_what_the_product_notes_of_it(db: None) -> None:
    connection = connection_to("https://isales.example:28080")
    connection.name = "Madrid"
    connection.save()
    assert last().details == {"changed": {"name": None}} and last().name == "Madrid"
    before = last().pk
    connection.trial_holder = "x"
    connection.save(update_fields=["trial_holder"])
    assert last().pk == before
    connection.delete()
    assert (last().action, last().kind) == ("delete", "connection")
    assert "SK" not in repr(list(Event.objects.values()))
    assert Connection.objects.count() == 0


def test_a_saved_view_is_told_without_what_it_asks(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    connection_to("https://isales.example:28080")
    client.post("/views/new/?number=13900000042", {"name": "Mine", "audience": "private"})
    assert SavedView.objects.exists()
    assert (last().actor, last().action, last().name) == ("supervisor", "create", "Mine")
    assert "13900000042" not in repr(list(Event.objects.values()))
