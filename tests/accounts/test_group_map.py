"""What groups elsewhere give a person here, and take away again."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from dashboard.accounts.group_map import apply_groups
from dashboard.accounts.models import Team, User
from dashboard.audit.models import Event
from dashboard.environment.ways_in import GroupMap
from tests.factories import person, team_called
from tests.screen import text_of

PAGE = "/accounts/preferences/"
PROXY, STRANGER = "10.0.0.5", "203.0.113.7"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mapped(settings: Settings) -> Settings:
    cache.clear()  # of what the log has just told
    settings.GROUP_MAP = GroupMap(
        teams={"sales": frozenset({"north"}), "all": frozenset({"north", "south"})},
        roles={"sales": frozenset({"exporter"}), "chiefs": frozenset({"exporter", "auditor"})},
    )
    return settings


@pytest.fixture
def ana(db: None) -> User:
    for name in ("North", "South"):
        team_called(name)
    return User.objects.create_user("ana")


def held(of: User) -> list[str]:
    """Short names of a person's teams, then their roles."""
    teams, roles = of.teams.order_by("slug"), of.groups.order_by("name")
    return [*teams.values_list("slug", flat=True), *roles.values_list("name", flat=True)]


def give_by_hand(to: User, team: str, role: str) -> None:
    to.teams.add(Team.objects.get(slug=team))
    to.groups.add(Group.objects.get(name=role))


def test_groups_give_their_teams_and_roles(ana: User) -> None:
    apply_groups(ana, ["sales", "chiefs", "nothing here"])
    assert held(ana) == ["north", "auditor", "exporter"]


def test_what_the_map_gave_goes_with_the_group(ana: User) -> None:
    apply_groups(ana, ["sales", "chiefs"])
    apply_groups(ana, ["chiefs"])
    assert held(ana) == ["auditor", "exporter"]
    apply_groups(ana, [])
    assert held(ana) == []


def test_what_an_administrator_gave_stays(ana: User) -> None:
    give_by_hand(ana, "south", "numbers")
    apply_groups(ana, ["sales"])
    apply_groups(ana, [])
    assert held(ana) == ["south", "numbers"]


def test_what_an_administrator_gave_stays_where_the_map_gives_it_too(ana: User) -> None:
    give_by_hand(ana, "north", "exporter")
    apply_groups(ana, ["sales"])
    apply_groups(ana, [])
    assert held(ana) == ["north", "exporter"]


def test_what_an_administrator_took_comes_back_and_goes_with_the_group(ana: User) -> None:
    apply_groups(ana, ["sales"])
    ana.teams.clear()
    apply_groups(ana, ["sales"])
    assert held(ana) == ["north", "exporter"]
    apply_groups(ana, [])
    assert held(ana) == []


def test_what_the_map_says_no_more_goes(ana: User, mapped: Settings) -> None:
    apply_groups(ana, ["sales"])
    mapped.GROUP_MAP = GroupMap(teams={}, roles={})
    apply_groups(ana, ["sales"])
    assert held(ana) == []


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    st.sets(st.sampled_from(["north", "south"])),
    st.lists(st.sets(st.sampled_from(["sales", "all", "chiefs", "other"])), min_size=1, max_size=4),
)
def test_whatever_came_before_a_person_holds_the_hands_gifts_and_the_last_groups(
    ana: User, by_hand: set[str], sign_ins: list[set[str]]
) -> None:
    for field in (ana.teams, ana.groups, ana.mapped_teams, ana.mapped_roles):
        field.clear()
    ana.teams.set(Team.objects.filter(slug__in=by_hand))
    for groups in sign_ins:
        apply_groups(ana, groups)
    last = sign_ins[-1]
    teams = by_hand | ({"north"} if last & {"sales", "all"} else set())
    teams |= {"south"} if "all" in last else set()
    roles = {"exporter"} if last & {"sales", "chiefs"} else set()
    roles |= {"auditor"} if "chiefs" in last else set()
    assert held(ana) == [*sorted(teams), *sorted(roles)]


def test_a_group_gives_rights_at_once(ana: User) -> None:
    apply_groups(ana, ["chiefs"])
    again = User.objects.get(pk=ana.pk)
    assert again.has_perm("audit.view_event") and not again.has_perm("access.see_numbers")


def test_a_team_that_is_deleted_is_forgotten(ana: User) -> None:
    apply_groups(ana, ["sales"])
    Team.objects.get(slug="north").delete()
    apply_groups(ana, [])
    assert held(ana) == []


def test_a_change_is_in_the_log_with_its_cause_and_nothing_else_is(ana: User) -> None:
    before = Event.objects.count()
    apply_groups(ana, ["sales"])
    apply_groups(ana, ["sales"])
    apply_groups(ana, ["chiefs"])
    events = Event.objects.order_by("pk")[before:]
    assert {(each.actor, each.way, each.action, each.name) for each in events} == {
        ("ana", "sign-in", "change", "ana")
    }
    assert [each.details for each in events] == [
        {"of": "team", "added": ["North"], "by": "GROUP_MAP"},
        {"of": "group", "added": ["exporter"], "by": "GROUP_MAP"},
        {"of": "team", "removed": ["North"], "by": "GROUP_MAP"},
        {"of": "group", "added": ["auditor"], "by": "GROUP_MAP"},
    ]


def test_a_team_that_is_missing_is_told_in_the_servers_log_and_gives_nothing(
    ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    Team.objects.get(slug="south").delete()
    apply_groups(ana, ["all"])
    assert held(ana) == ["north"]
    assert caplog.messages == ["GROUP_MAP: there is no team south; ana is not in it"]


def test_a_team_that_is_missing_is_told_by_the_check(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    team_called("North")
    call_command("check", "--database", "default")
    said = capsys.readouterr().err
    assert "(accounts.W001) GROUP_MAP gives the team south, and there is none." in said
    assert "north" not in said


@pytest.fixture
def behind_a_proxy(mapped: Settings) -> Settings:
    mapped.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    mapped.REMOTE_USER_HEADER = "HTTP_REMOTE_USER"
    mapped.REMOTE_GROUPS_HEADER = "HTTP_REMOTE_GROUPS"
    mapped.AUTHENTICATION_BACKENDS = [
        *mapped.AUTHENTICATION_BACKENDS,
        "dashboard.accounts.backends.ProxyBackend",
    ]
    return mapped


def get(client: Client, groups: str | None, path: str = PAGE, **more: Any) -> Any:
    """Ask for a page by the proxy, which names ana and these groups, or says nothing of groups."""
    headers = {} if groups is None else {"HTTP_REMOTE_GROUPS": groups}
    about = {"REMOTE_ADDR": PROXY, "HTTP_REMOTE_USER": "ana", **headers, **more}
    return client.get(path, **about)


def test_the_proxys_groups_are_applied_to_who_is_new_and_to_who_is_not(
    client: Client, ana: User, behind_a_proxy: Settings
) -> None:
    get(client, " sales , chiefs,")
    assert held(ana) == ["north", "auditor", "exporter"]
    get(client, "all", HTTP_REMOTE_USER="ben")
    assert held(User.objects.get(username="ben")) == ["north", "south"]


def test_groups_that_change_change_the_rights_within_the_session(
    client: Client, ana: User, behind_a_proxy: Settings
) -> None:
    get(client, "sales")
    key = client.session.session_key
    get(client, "chiefs")
    assert held(ana) == ["auditor", "exporter"]
    get(client, "")
    assert held(ana) == []
    assert client.session.session_key == key


def test_groups_that_stay_are_not_looked_up_again(
    client: Client, ana: User, behind_a_proxy: Settings, django_assert_num_queries: Any
) -> None:
    get(client, "sales,chiefs")
    with django_assert_num_queries(2):  # session, person with preferences
        get(client, "chiefs,sales,other", "/nowhere/")


def test_a_map_that_changes_changes_the_rights_within_the_session(
    client: Client, ana: User, behind_a_proxy: Settings
) -> None:
    get(client, "sales")
    behind_a_proxy.GROUP_MAP = GroupMap(teams={"sales": frozenset({"south"})}, roles={})
    get(client, "sales")
    assert held(ana) == ["south"]


def test_a_missing_header_is_not_read_as_no_groups(
    client: Client, ana: User, behind_a_proxy: Settings
) -> None:
    get(client, "sales")
    response = get(client, None)
    assert response.status_code == 403
    assert "does not say which groups you are in" in text_of(response)
    assert SESSION_KEY not in client.session
    assert held(ana) == ["north", "exporter"]


def test_nobody_is_created_whose_groups_are_missing(
    client: Client, db: None, behind_a_proxy: Settings
) -> None:
    assert get(client, None).status_code == 403
    assert not User.objects.exists()


def test_groups_that_anybody_else_sends_give_nothing(
    client: Client, ana: User, behind_a_proxy: Settings
) -> None:
    client.force_login(ana)
    get(client, "chiefs", REMOTE_ADDR=STRANGER)
    assert held(ana) == []


def test_a_person_with_a_password_is_not_in_the_proxys_groups(
    client: Client, behind_a_proxy: Settings
) -> None:
    ben = person("ben")
    client.force_login(ben)
    get(client, "chiefs")
    assert held(ben) == []
