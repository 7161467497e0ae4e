"""Which saved views a person may open: the one place that decides it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import Case, Q, QuerySet, When

from appoints.access.scope import Scope
from appoints.saved_views.models import SavedView, TeamDefault
from dashboard.accounts.models import Team, User
from dashboard.prepared import Prepared


class Sight(NamedTuple):
    """What decides it of one person besides whether their numbers are masked.

    ``person`` is their ID, ``teams`` are the IDs of theirs, ``slugs`` the connections that a view
    of others may name, and ``outside`` the IDs of views that name an agent or a task outside their
    scope.
    """

    person: int
    teams: Collection[int]
    slugs: Collection[str]
    outside: Collection[int]


class Default(NamedTuple):
    """The view that opens for a person; ``team`` whose it is, None for the person's own."""

    view: SavedView
    team: Team | None


def sight_of(user: User, scope: Scope) -> Sight:
    """Return what decides which views a person may open, whose scope this is."""
    naming = [] if scope.is_everything else NAMING.rows(user.pk, scope.team_ids)
    outside = [pk for pk, *names in naming if not scope.may_name(*names)]
    return Sight(user.pk, scope.team_ids, ["", *(each.slug for each in scope.connections)], outside)


def visible_to(user: User, scope: Scope) -> QuerySet[SavedView]:
    """Return what this person may open, whose scope this is.

    Of the views of others, nobody opens one that names a connection, an agent or a task outside
    their scope, and whose numbers are masked opens none that names a number.
    """
    return visible(scope.masked, *sight_of(user, scope))


def visible(
    masked: bool,
    person: int,
    teams: Collection[int],
    slugs: Collection[str],
    outside: Collection[int],
) -> QuerySet[SavedView]:
    """Return what ``visible_to`` does, by the values of a sight."""
    known = Q(connection__in=slugs) & ~Q(pk__in=outside)
    if masked:
        known &= Q(names_number=False)
    return _shared_with(person, teams).filter(Q(owner=person) | known)


def in_groups(views: QuerySet[SavedView], person: int) -> Any:
    """Order by ``group`` (0 the person's own, 1 their teams', 2 everybody's), then by name."""
    team = When(Q(audience=SavedView.Audience.TEAM), then=1)
    group = Case(When(owner=person, then=0), team, default=2)
    return views.annotate(group=group).order_by("group", "name", "pk")


def default_of(user: User, scope: Scope) -> Default | None:
    """Return the person's default view, else that of their first team by name that has one.

    One that the person may no longer see is none.
    """
    seen = visible_to(user, scope)
    if own := seen.filter(person_defaults__person=user).first():
        return Default(own, None)
    teams = TeamDefault.objects.filter(team__in=scope.team_ids)
    found = teams.filter(view__in=seen).select_related("view", "team").order_by("team__name")
    first = found.first()
    return Default(first.view, first.team) if first else None


def _shared_with(person: int, teams: Collection[int]) -> QuerySet[SavedView]:
    """Return the views that are a person's own, or that others share with them."""
    everybody = Q(audience=SavedView.Audience.EVERYBODY)
    team = Q(audience=SavedView.Audience.TEAM, team__in=teams)
    return SavedView.objects.filter(Q(owner=person) | everybody | team)


def _naming(person: int, teams: Collection[int]) -> QuerySet[SavedView, Any]:
    """Return the views of others that name an agent or a task, and what they name."""
    others = _shared_with(person, teams).exclude(owner=person)
    found = others.exclude(agents=[], tasks=[]).order_by()
    return found.values_list("pk", "agents", "tasks", "connection")


NAMING = Prepared(_naming)
