"""Which teams a person belongs to: those that name them, and those of everybody."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError

from dashboard.accounts.models import Team, User
from tests.factories import person, team_called

pytestmark = pytest.mark.django_db


def names(user: User | AnonymousUser) -> list[str]:
    return [team.name for team in Team.objects.of(user)]


def test_a_person_belongs_to_the_teams_that_name_them(supervisor: User) -> None:
    other = person("other")
    team_called("South", other)
    team_called("North", supervisor, other)
    assert names(supervisor) == ["North"]


def test_a_team_of_everybody_needs_to_name_nobody(supervisor: User) -> None:
    team_called("All", everybody=True)
    assert names(supervisor) == ["All"]


def test_a_team_of_everybody_that_names_people_is_one_team(supervisor: User) -> None:
    team_called("All", supervisor, person("other"), everybody=True)
    assert names(supervisor) == ["All"]


def test_nobody_belongs_to_no_team() -> None:
    team_called("All", everybody=True)
    assert names(AnonymousUser()) == []


def test_who_may_not_sign_in_belongs_to_no_team(supervisor: User) -> None:
    team_called("North", supervisor)
    team_called("All", everybody=True)
    supervisor.is_active = False
    assert names(supervisor) == []


def test_belonging_is_asked_in_one_query(
    supervisor: User, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    team_called("North", supervisor)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert names(supervisor) == ["North"]


def test_a_short_name_is_given_once() -> None:
    team_called("North")
    with pytest.raises(IntegrityError):
        Team.objects.create(name="Another", slug="north")
