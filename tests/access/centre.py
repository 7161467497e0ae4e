"""A call centre of two teams, and the people who look at it, each with other rights."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth.models import Group, Permission

from appoints.access.models import Grant
from appoints.connections import lookups
from appoints.connections.models import Connection, Lookup
from appoints.query.models import AgentList
from dashboard.accounts.models import User
from dashboard.accounts.roles import make_missing_roles
from tests.alerts.made import rule_of
from tests.factories import (
    administrator,
    at_hand,
    browser_of,
    connection_to,
    person,
    raw,
    saved_view,
    team_called,
    token_for,
)

ROWS = 30
# Names a view that the exporter shares with North, and the exporter's token and alert.
OURS = "ours"
AGENT_LIST = AgentList.slug_of(["agent0"])  # of the exporter's list of agents

# By name: the person's team and roles.
PEOPLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "nobody": ("", ()),  # is not signed in
    "teamless": ("", ("exporter", "numbers")),
    "viewer": ("North", ()),
    "exporter": ("North", ("exporter", "numbers")),
    "stranger": ("South", ("exporter", "numbers")),
    "masked": ("North", ("exporter",)),
    "revealer": ("North", ()),  # and may reveal numbers
    "auditor": ("", ("auditor",)),
    "administrator": ("", ("administrator",)),
    "superuser": ("", ()),
}


class Centre(NamedTuple):
    """The people by name, and the cookies with which each is signed in; nobody has none."""

    people: dict[str, User]
    cookies: dict[str, str]


def made() -> Centre:
    """North sees the calls of one agent, South those of another that are of one task."""
    connection = connection_with("demo", range(ROWS))
    connection_with("south", range(ROWS, ROWS + 3))
    Grant.objects.all().delete()
    make_missing_roles("default")
    people = {name: _person(name) for name in PEOPLE if name not in ("nobody", "superuser")}
    people["superuser"] = administrator("superuser")
    reveal = Permission.objects.get(codename="reveal_number")
    people["revealer"].user_permissions.add(reveal)
    for name, agent, tasks in (("North", "agent0", []), ("South", "agent1", ["0"])):
        members = [people[each] for each, (team, _) in PEOPLE.items() if team == name]
        team = team_called(name, *members)
        Grant.objects.create(team=team, connection=connection, agents=[agent], tasks=tasks)
    owner = people["exporter"]
    AgentList.keep(["agent0"], owner.pk)
    shared = {"audience": "team", "team": owner.teams.get(), "slug": OURS}
    saved_view(owner, "Ours", "connection=demo", **shared)
    rule_of(owner, slug=OURS, url="http://127.0.0.1:9/")
    token_for(owner)
    owner.tokens.update(key=OURS)
    cookies = {name: browser_of(user).cookies.output("", "") for name, user in people.items()}
    return Centre(people, {"nobody": "", **cookies})


def _person(name: str) -> User:
    made = person(name, rights=())
    made.groups.set(Group.objects.filter(name__in=PEOPLE[name][1]))
    return made


def connection_with(slug: str, numbers: range = range(0), **fields: Any) -> Connection:
    """A connection whose rows are at hand, and that is asked for no names."""
    made = connection_to(slug=slug, name=slug, **fields)
    for name in (lookups.TASKS, lookups.WORDS):
        Lookup.of(made, name).mark_not_offered()
    if numbers:
        at_hand(made, [raw(number, appointId=f"call-{number}") for number in numbers])
    return made
