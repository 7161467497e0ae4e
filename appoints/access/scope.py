"""The scope of a person: every page, file and answer is cut to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl
from django.db.models import QuerySet

from appoints.access.models import Grant
from appoints.access.rights import SEE_NUMBERS
from appoints.access.row_filter import EVERYTHING, NOTHING, Part, RowFilter
from appoints.connections.models import Connection
from dashboard.accounts.models import Team, User


class Visibility(NamedTuple):
    """What a person sees of a connection: which rows, and whether their numbers are masked."""

    row_filter: RowFilter
    masked: bool

    def applied(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return a frame as the person may see it."""
        return self.row_filter.applied(frame)


UNLIMITED = Visibility(EVERYTHING, masked=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may see: rows by connection, and whether numbers are masked.

    Two people who may see the same have equal scopes. ``person`` is the ID of whoever asks,
    ``connections`` are those of which they may see rows.
    """

    row_filters: frozenset[tuple[int, RowFilter]]
    masked: bool
    person: int = field(compare=False)
    connections: QuerySet[Connection] = field(compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether the person may see no connection at all."""
        return not self.row_filters

    def of(self, connection: Connection) -> Visibility:
        """Return what the person sees of a connection: nothing of one outside the scope."""
        return Visibility(dict(self.row_filters).get(connection.pk, NOTHING), self.masked)


def scope_of(user: User) -> Scope:
    """Return what a person may see: everything for a superuser, else what their teams may."""
    found = _everything() if user.is_active and user.is_superuser else _granted(user)
    return Scope(
        row_filters=frozenset(found.items()),
        masked=not user.has_perm(SEE_NUMBERS),
        person=user.pk,
        connections=Connection.objects.filter(active=True, pk__in=found),
    )


def _everything() -> dict[int, RowFilter]:
    return dict.fromkeys(
        Connection.objects.filter(active=True).values_list("pk", flat=True), EVERYTHING
    )


def _granted(user: User) -> dict[int, RowFilter]:
    parts: defaultdict[int, list[Part]] = defaultdict(list)
    grants = Grant.objects.filter(team__in=Team.objects.of(user), connection__active=True)
    for connection, agents, tasks in grants.values_list("connection", "agents", "tasks"):
        parts[connection].append(Part(frozenset(agents), frozenset(tasks)))
    return {connection: RowFilter.of(found) for connection, found in parts.items()}
