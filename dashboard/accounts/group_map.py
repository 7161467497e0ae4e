"""What a person's groups elsewhere give them here, as GROUP_MAP says.

What the map gave is stored, so that it goes with the group, while what an administrator gave stays.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from dashboard.accounts.models import Team, User
from dashboard.accounts.signals import groups_applied

logger = logging.getLogger(__name__)


class Rights(NamedTuple):
    """Short names of teams, and roles, each in order."""

    teams: list[str]
    roles: list[str]


def rights_of(groups: Iterable[str]) -> Rights:
    """Return what these groups give."""
    groups, gifts = set(groups), settings.GROUP_MAP
    return Rights(_union(gifts.teams, groups), _union(gifts.roles, groups))


@transaction.atomic
def apply_groups(person: User, groups: Iterable[str]) -> None:
    """Give a person what these groups give; take what the map gave before and gives no more."""
    User.objects.select_for_update().get(pk=person.pk)
    rights = rights_of(groups)
    teams = set(Team.objects.filter(slug__in=rights.teams))
    for slug in unknown_teams(rights.teams):
        logger.warning("GROUP_MAP: there is no team %s; %s is not in it", slug, person)
    _bring(person, "team", ("teams", "mapped_teams"), teams)
    roles = set(Group.objects.filter(name__in=rights.roles))
    _bring(person, "group", ("groups", "mapped_roles"), roles)


def unknown_teams(slugs: Iterable[str], using: str = "default") -> list[str]:
    """Return those of the short names that no team has."""
    known = Team.objects.using(using).filter(slug__in=(wanted := set(slugs)))
    return sorted(wanted.difference(known.values_list("slug", flat=True)))


def _union(gifts: Mapping[str, frozenset[str]], groups: set[str]) -> list[str]:
    return sorted({name for group in groups for name in gifts.get(group, ())})


def _bring(person: User, of: str, fields: tuple[str, str], wanted: set[Any]) -> None:
    """Bring what is held, and the note of what of it the map gave, to what is wanted."""
    held, mapped = (set(getattr(person, field).all()) for field in fields)
    added, removed = wanted - held, (mapped - wanted) & held
    _store(person, of, fields[0], added, removed)
    _store(person, of, fields[1], added - mapped, mapped - wanted)
    if added or removed:
        names = {"added": sorted(map(str, added)), "removed": sorted(map(str, removed))}
        groups_applied.send(User, person=person, of=of, **names)


def _store(person: User, of: str, field: str, added: set[Any], removed: set[Any]) -> None:
    # Rows of the table between the two, which send no signal: the log would name another cause.
    through: Any = getattr(User, field).through
    key = f"{of}_id"
    through.objects.filter(user=person, **{f"{key}__in": [each.pk for each in removed]}).delete()
    rows = [through(user=person, **{key: each.pk}) for each in added]
    through.objects.bulk_create(rows, ignore_conflicts=True)
