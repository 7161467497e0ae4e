"""The scope of a person: every page, file and answer is cut to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from appoints.connections.models import Connection
from dashboard.accounts.models import User


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks, by their ID, and the connections whose rows they may see."""

    person: int
    connections: QuerySet[Connection]

    @property
    def is_empty(self) -> bool:
        """Whether the person may see no connection at all."""
        return not self.connections.exists()


def scope_of(user: User) -> Scope:
    """Return what a person may see."""
    return Scope(user.pk, Connection.objects.visible_to(user))
