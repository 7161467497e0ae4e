"""What a person may see and do, in words, out of what decides it on every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appoints.access.rights import EXPORT_FILES, REVEAL_NUMBER, SEE_NUMBERS
from appoints.access.row_filter import GrantedPart
from appoints.access.scope import scope_of
from appoints.connections.models import Connection
from dashboard.accounts.models import Team, User

Words = str | Promise


@dataclass(frozen=True)
class RowsSeen:
    """Rows of a connection that a person sees; without agents those of all, tasks likewise."""

    connection: Connection
    agents: list[str]
    tasks: list[str]


@dataclass(frozen=True)
class Preview:
    """``teams`` are those that the person belongs to, ``facts`` what else they may, in words."""

    active: bool
    teams: list[Team]
    rows: list[RowsSeen]
    facts: list[Words]


def preview_of(person: User) -> Preview:
    """Return what a person may see and do now."""
    scope = scope_of(person)
    rows = [
        RowsSeen(connection, sorted(part.agents), sorted(part.tasks))
        for connection in scope.connections
        for part in sorted(scope.of(connection).row_filter.parts, key=_order)
    ]
    return Preview(person.is_active, list(Team.objects.of(person)), rows, list(_facts(person)))


def _order(part: GrantedPart) -> tuple[list[str], list[str]]:
    return sorted(part.agents), sorted(part.tasks)


def _facts(person: User) -> Iterator[Words]:
    if person.has_perm(SEE_NUMBERS):
        yield _("Sees telephone numbers in full.")
    elif person.has_perm(REVEAL_NUMBER):
        yield _("Sees telephone numbers masked, and may reveal a single one with a reason.")
    else:
        yield _("Sees telephone numbers masked.")
    files = person.has_perm(EXPORT_FILES)
    yield _("Takes files: CSV, Excel and JSON.") if files else _("Takes no files.")
    log = person.has_perm("audit.view_event")
    yield _("Reads the log.") if log else _("Does not read the log.")
    if person.is_superuser:
        yield _("Enters the administration, and does everything there.")
    elif person.may_enter_admin:
        yield _("Enters the administration, and does there what the roles permit.")
    else:
        yield _("Does not enter the administration.")
