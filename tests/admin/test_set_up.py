"""An administrator sets up two teams and five people, by the admin alone and by commands alone."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client

from appoints.access.scope import scope_of
from appoints.connections.models import Connection
from dashboard.accounts.models import Team, User
from tests.factories import PASSWORD, browser_of, person
from tests.screen import Screen, form_of

pytestmark = pytest.mark.django_db

# Each person's roles, teams and what they see: agents of the connection, "all", or nothing.
PEOPLE = {
    "lena": (["numbers", "exporter"], ["north", "south"], "all"),
    "ana": ([], ["north"], {"101", "102"}),
    "ben": (["exporter"], ["south"], "all"),
    "eve": (["auditor"], [], None),
    "max": (["administrator"], [], None),
}


def seen_by(name: str) -> Any:
    [connection] = Connection.objects.all()
    filtered = scope_of(User.objects.get(username=name)).of(connection).row_filter
    if filtered.is_everything:
        return "all"
    return {agent for part in filtered.parts for agent in part.agents} or None


def everything_as_wanted() -> None:
    for name, (roles, teams, seen) in PEOPLE.items():
        found = User.objects.get(username=name)
        assert {each.name for each in found.groups.all()} == set(roles)
        assert {each.slug for each in found.teams.all()} == set(teams)
        assert found.check_password(f"{PASSWORD} of {name}")
        assert not found.is_superuser and not found.is_staff
        assert seen_by(name) == seen


def send(browser: Client, address: str, **values: Any) -> str:
    """Fill in a page of the admin and save it; return where that leads."""
    response = browser.post(address, form_of(browser.get(address)) | values)
    errors = Screen(response).texts(".errorlist") if response.status_code == 200 else []
    assert (response.status_code, errors) == (302, [])
    return response["Location"]


def test_by_the_admin_alone() -> None:
    first = person("first")
    first.groups.add(Group.objects.get(name="administrator"))
    browser = browser_of(first)
    connection = {"name": "Madrid", "slug": "madrid", "base_url": "https://isales.example:28080"}
    keys = {"vdn": "1", "access_key": "AK", "secret_key": "SK"}
    send(browser, "/admin/connections/connection/add/", **connection, **keys)
    pk = str(Connection.objects.get().pk)
    grants = {"grants-0-connection": pk, "grants-0-agents": "101\r\n102\r\n"}
    send(browser, "/admin/accounts/team/add/", name="North", slug="north", **grants)
    send(
        browser,
        "/admin/accounts/team/add/",
        name="South",
        slug="south",
        **grants | {"grants-0-agents": ""},
    )
    for name, (roles, teams, _seen) in PEOPLE.items():
        values = {
            "username": name,
            "password1": f"{PASSWORD} of {name}",
            "password2": f"{PASSWORD} of {name}",
            "groups": [str(Group.objects.get(name=role).pk) for role in roles],
            "teams": [str(Team.objects.get(slug=slug).pk) for slug in teams],
        }
        send(browser, "/admin/accounts/user/add/", **values)
    everything_as_wanted()


def test_by_commands_alone(tmp_path: Path) -> None:
    def run(*words: str) -> None:
        call_command(*words, stdout=StringIO())

    keys = tmp_path / "keys"
    keys.write_text("SK")
    options = ["--base-url", "https://isales.example:28080", "--vdn", "1", "--access-key", "AK"]
    run("connection", "madrid", *options, "--secret-key-file", str(keys))
    run("team", "north", "--name", "North", "--grant", "madrid agents=101,102")
    run("team", "south", "--name", "South", "--grant", "madrid")
    for name, (roles, teams, _seen) in PEOPLE.items():
        password = tmp_path / name
        password.write_text(f"{PASSWORD} of {name}\n")
        words = [word for role in roles for word in ("--role", role)]
        words += [word for slug in teams for word in ("--team", slug)]
        run("person", name, "--password-file", str(password), *words)
    everything_as_wanted()
