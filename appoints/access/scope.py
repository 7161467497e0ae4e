"""The scope of a person: every page, file and answer is cut to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl
from django.db.models import QuerySet

from appoints.access.masking import masked
from appoints.access.rights import SEE_NUMBERS
from appoints.access.row_filter import EVERYTHING, NOTHING, GrantedPart, RowFilter
from appoints.connections.models import Connection
from dashboard.accounts.models import Team, User
from dashboard.prepared import Prepared

# All of a connection, its ID first: to read it apart from its grants was a query more.
CONNECTION = [each.attname for each in Connection._meta.concrete_fields]
GRANT = ("grants__agents", "grants__tasks", *(f"grants__connection__{each}" for each in CONNECTION))
GRANTS: Prepared[tuple[Any, ...]] = Prepared(
    lambda person: (
        Team.objects.with_member(person)
        .order_by(*(f"grants__connection__{each}" for each in Connection._meta.ordering or ()))
        .values_list("pk", "name", *GRANT)
    )
)
CONNECTIONS = Prepared(lambda: Connection.objects.filter(active=True))


class Granted(NamedTuple):
    """A grant of a team; of one without any, what a grant says is None."""

    team: int
    name: str
    agents: list[str]
    tasks: list[str]
    connection: Connection | None

    @classmethod
    def of(cls, team: int, name: str, agents: Any, tasks: Any, *connection: Any) -> Granted:
        """Return what a row of GRANTS says."""
        is_granted, database = connection[0] is not None, Connection.objects.db
        found = Connection.from_db(database, CONNECTION, connection) if is_granted else None
        return cls(team, name, agents, tasks, found)


class Visibility(NamedTuple):
    """What a person sees of a connection: which rows, and whether their numbers are masked."""

    row_filter: RowFilter
    masked: bool

    def applied(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return a frame as the person may see it."""
        found = self.row_filter.applied(frame)
        return masked(found) if self.masked else found


UNLIMITED = Visibility(EVERYTHING, masked=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may see: rows by connection, and whether numbers are masked.

    Two people who may see the same have equal scopes. ``person`` is the ID of whoever asks,
    ``connections`` are those of which they may see rows, ``teams`` are the names of the teams that
    are granted them, in order, and ``team_ids`` are of every team that they belong to.
    """

    row_filters: frozenset[tuple[int, RowFilter]]
    masked: bool
    person: int = field(compare=False)
    connections: QuerySet[Connection] = field(compare=False)
    teams: tuple[str, ...] = field(default=(), compare=False)
    team_ids: frozenset[int] = field(default=frozenset(), compare=False)

    @property
    def is_everything(self) -> bool:
        """Whether the person may see every row of their connections, and has some."""
        return not self.is_empty and all(
            each.is_everything for _connection, each in self.row_filters
        )

    @property
    def is_empty(self) -> bool:
        """Whether the person may see no connection at all."""
        return not self.row_filters

    def may_name(self, agents: Iterable[str], tasks: Iterable[str], slug: str = "") -> bool:
        """Tell whether rows name these agents and tasks, or might: those of the connection that is
        named, or of any.
        """
        filters = dict(self.row_filters)
        if self.is_everything:
            return True
        named = self.connections.filter(slug=slug).values_list("pk", flat=True)
        return any(filters[each].may_name(agents, tasks) for each in (named if slug else filters))

    def connection(self, slug: str) -> Connection:
        """Return a connection of the scope. Raises Connection.DoesNotExist."""
        # All are read once for a request, which asks for them several times.
        found = next((each for each in self.connections if each.slug == slug), None)
        if found is None:
            raise Connection.DoesNotExist
        return found

    def of(self, connection: Connection) -> Visibility:
        """Return what the person sees of a connection: nothing of one outside the scope."""
        return Visibility(dict(self.row_filters).get(connection.pk, NOTHING), self.masked)


def scope_of(user: User) -> Scope:
    """Return what a person may see: everything for a superuser, else what their teams may."""
    own = [Granted.of(*row) for row in GRANTS.rows(user.pk)] if user.is_active else []
    grants = list[Granted]()
    if user.is_active and user.is_superuser:
        connections = CONNECTIONS.queryset()
        found = dict.fromkeys([each.pk for each in connections], EVERYTHING)
    else:
        grants = [each for each in own if each.connection and each.connection.active]
        found = _row_filters(grants)
        connections = _connections(grants)
    return Scope(
        row_filters=frozenset(found.items()),
        masked=not user.has_perm(SEE_NUMBERS),
        person=user.pk,
        connections=connections,
        teams=tuple(sorted({each.name for each in grants})),
        team_ids=frozenset(each.team for each in own),
    )


def _row_filters(grants: Iterable[Granted]) -> dict[int, RowFilter]:
    parts: defaultdict[int, list[GrantedPart]] = defaultdict(list)
    for grant in grants:
        if grant.connection:
            part = GrantedPart(frozenset(grant.agents), frozenset(grant.tasks))
            parts[grant.connection.pk].append(part)
    return {connection: RowFilter.of(found) for connection, found in parts.items()}


def _connections(grants: Iterable[Granted]) -> QuerySet[Connection]:
    """Return the connections of grants, which have been read with them."""
    read = {each.connection.pk: each.connection for each in grants if each.connection}
    found = _those(tuple(read)).all()
    found._result_cache = list(read.values())
    return found


@lru_cache(maxsize=100)  # sets of connections; what is asked for one is always the same
def _those(ids: tuple[int, ...]) -> QuerySet[Connection]:
    return Connection.objects.filter(active=True, pk__in=ids)
