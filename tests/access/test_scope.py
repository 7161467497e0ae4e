"""What a person may see follows from the grants of their teams."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from pytest_django import DjangoAssertNumQueries

from appoints.access.models import Grant
from appoints.access.row_filter import EVERYTHING, GrantedPart, RowFilter
from appoints.access.scope import scope_of
from appoints.connections.models import Connection
from dashboard.accounts.models import User
from tests.factories import administrator, connection_to, person, team_called


@pytest.fixture
def ana(db: None) -> User:
    return person("ana", rights=())


@pytest.fixture
def south(db: None) -> Connection:
    """A connection that is granted to nobody."""
    made = connection_to(slug="south")
    Grant.objects.all().delete()
    return made


def test_nobody_without_a_team_sees_a_connection(ana: User, south: Connection) -> None:
    assert scope_of(ana).is_empty
    assert not scope_of(ana).connections.exists()
    assert scope_of(ana).of(south).row_filter == RowFilter()


def test_the_grants_of_all_teams_add_up(ana: User, south: Connection) -> None:
    for name, agents, tasks in [("Day", ["101"], []), ("Night", [], ["7"])]:
        team = team_called(name, ana)
        Grant.objects.create(team=team, connection=south, agents=agents, tasks=tasks)
    expected = RowFilter.of([GrantedPart(frozenset({"101"})), GrantedPart(tasks=frozenset({"7"}))])
    assert scope_of(ana).of(south).row_filter == expected


def test_a_team_of_everybody_needs_no_members(ana: User, south: Connection) -> None:
    Grant.objects.create(team=team_called("All", everybody=True), connection=south)
    assert scope_of(ana).of(south).row_filter == EVERYTHING


def test_a_team_that_is_granted_nothing_is_still_the_persons(ana: User, south: Connection) -> None:
    day, night = team_called("Day", ana), team_called("Night", ana)
    Grant.objects.create(team=day, connection=south)
    scope = scope_of(ana)
    assert scope.team_ids >= {day.pk, night.pk}
    assert scope.teams == ("Day",)


def test_a_scope_has_its_connections_once_in_order_and_as_they_are_stored(
    ana: User, south: Connection
) -> None:
    others = [connection_to(slug=slug, name=name) for slug, name in (("x", "b"), ("y", "A"))]
    for team, of in (("Day", [others[0], south]), ("Night", [south, others[1]])):
        made = team_called(team, ana)
        for connection in of:
            Grant.objects.create(team=made, connection=connection)
    stored = Connection.objects.filter(grants__isnull=False).distinct()
    names = [each.attname for each in Connection._meta.concrete_fields]
    assert [[getattr(each, name) for name in names] for each in scope_of(ana).connections] == [
        [getattr(each, name) for name in names] for each in stored
    ]


def test_a_scope_takes_two_queries(
    ana: User, south: Connection, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Grant.objects.create(team=team_called("Day", ana), connection=south, agents=["101"])
    with django_assert_num_queries(2):  # teams with their grants and connections, rights
        scope_of(ana)


def test_a_connection_that_is_switched_off_is_in_no_scope(ana: User, south: Connection) -> None:
    Grant.objects.create(team=team_called("All", everybody=True), connection=south)
    Connection.objects.update(active=False)
    assert scope_of(ana).is_empty
    assert scope_of(administrator("root")).is_empty


def test_a_superuser_sees_every_row_and_number(south: Connection) -> None:
    scope = scope_of(administrator("root"))
    assert scope.of(south).row_filter == EVERYTHING
    assert not scope.masked


def test_numbers_are_masked_without_the_right_to_see_them(ana: User, south: Connection) -> None:
    assert scope_of(ana).masked
    ana.user_permissions.add(Permission.objects.get(codename="see_numbers"))
    assert not scope_of(User.objects.get(pk=ana.pk)).masked


def test_two_people_of_one_team_have_equal_scopes(ana: User, south: Connection) -> None:
    ben = person("ben", rights=())
    team = team_called("Day", ana, ben)
    Grant.objects.create(team=team, connection=south, agents=["102", "101"])
    assert scope_of(ana) == scope_of(ben)
    assert hash(scope_of(ana)) == hash(scope_of(ben))
    Grant.objects.update(agents=["101"])
    assert scope_of(ana) == scope_of(ben)


def test_an_inactive_person_sees_nothing(ana: User, south: Connection) -> None:
    Grant.objects.create(team=team_called("Day", ana), connection=south)
    ana.is_active = False
    ana.save()
    assert scope_of(ana).is_empty


@pytest.mark.parametrize(
    ("agents", "tasks", "slug", "known"),
    [
        (["101"], [], "", True),
        (["101"], ["7", "8"], "south", True),
        (["201"], ["7"], "north", True),
        (["201"], ["8"], "north", False),
        (["101"], [], "north", False),
        (["101", "201"], [], "", False),
        ([], [], "nowhere", False),
    ],
)
def test_names_may_be_those_of_rows_of_the_connection_or_of_any(
    ana: User, south: Connection, agents: list[str], tasks: list[str], slug: str, *, known: bool
) -> None:
    team, north = team_called("Day", ana), connection_to(slug="north", name="North")
    Grant.objects.all().delete()
    Grant.objects.create(team=team, connection=south, agents=["101"])
    Grant.objects.create(team=team, connection=north, agents=["201"], tasks=["7"])
    assert scope_of(ana).may_name(agents, tasks, slug) is known
