"""A request's question: checked, and resolved for the person who asks it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone

from appoints.access.number_token import opened
from appoints.access.scope import Scope
from appoints.connections import lookups
from appoints.connections.models import Connection
from appoints.connections.working_hours import office_of
from appoints.forms.filterset import AppointFilter
from appoints.forms.numbers import as_allowed
from appoints.query.lists import split
from appoints.query.models import AgentList
from appoints.query.query import Query
from appoints.query.time_range import SECOND, Window
from appoints.results.lookup import ask
from appoints.results.pinned import Pinned
from appoints.results.refresh import request_refresh
from appoints.results.result import Result
from appoints.snapshots.waiting import NO_WAIT
from dashboard.accounts.models import Preferences, User
from dashboard.accounts.zone_names import zone_called


@dataclass(frozen=True, slots=True)
class Question:
    """What a valid form asks: of which connection, in which zone, at which moment, for whom."""

    query: Query
    connection: Connection
    zone: ZoneInfo
    now: datetime
    scope: Scope

    @property
    def window(self) -> Window:
        """The reserved times that are asked for."""
        return self._window(self.now)

    def _window(self, now: datetime) -> Window:
        days = settings.APPOINTS_OVERDUE_DAYS
        return self.query.window(now, self.zone, overdue_days=days)

    @property
    def fixed(self) -> Query:
        """The question with its range as moments in place of a preset, which moves on."""
        if not self.query.preset:
            return self.query
        begin, end = self.window
        return self.query.but(
            preset="", begin=begin, end=end, states=self.query.wanted_states(), page=self.query.page
        )

    @property
    def console(self) -> ZoneInfo | None:
        """The zone of iSales' own console; None where it is the question's, or not known here."""
        with suppress(ValueError):
            zone = zone_called(self.connection.time_zone)
            return None if zone == self.zone else zone
        return None

    @property
    def opened(self) -> Query:
        """The question with its number in full, its zone and its working hours, for iSales and
        the log only.
        """
        query = replace(self.query, number=opened(self.query.number), zone=self.zone.key)
        return (
            replace(query, outside=office_of(self.connection) or True) if query.outside else query
        )

    def ask(self, *, wait: float, is_brief: bool = False, known: str = "") -> Result:
        """Return what is at hand; see ``results.lookup.ask``."""
        reasons = partial(lookups.reasons, self.connection, ask=True)
        return ask(
            self.connection,
            self.opened,
            self.window,
            self.zone,
            self.scope,
            wait=wait,
            is_brief=is_brief,
            reasons=reasons,
            known=known,
        )

    def ask_as_of(self, as_of: datetime) -> Result:
        """Return the rows whose oldest was fetched at a moment. Raises results.pinned.Gone."""
        # The range when the rows came, and now: the question was asked in between.
        first, last = self._window(as_of), self.window
        pinned = Pinned(
            self.connection,
            self.opened,
            Window(first.begin, last.end),
            self.zone,
            self.scope,
            as_of,
            Window(last.begin, first.end),
        )
        return pinned.result(NO_WAIT, partial(lookups.reasons, self.connection, ask=False))

    def not_before(self, moment: datetime) -> Question:
        """Return the question, asked no earlier than a moment, in whole seconds."""
        whole = moment.replace(microsecond=0)
        return replace(self, now=max(self.now, whole if whole == moment else whole + SECOND))

    def request_refresh(self) -> None:
        """Request newer rows for a person, as soon as the pace allows."""
        request_refresh(self.connection, self.opened, self.window, self.zone, self.scope)

    def task_names(self) -> Mapping[str, str]:
        """Return the names of the tasks by ID that the person may see. May ask iSales."""
        return task_names(self.connection, self.scope)


def task_names(connection: Connection, scope: Scope) -> Mapping[str, str]:
    """Return the names of a connection's tasks by ID that a scope holds. May ask iSales."""
    return scope.of(connection).row_filter.task_names(lookups.tasks(connection))


def form_of(
    data: QueryDict,
    scope: Scope,
    own: Preferences,
    filterset: type[AppointFilter] = AppointFilter,
) -> AppointFilter:
    """Return the form for what an address or a person's form says."""
    allowed = as_allowed(data, masked=scope.masked)
    found = filterset(_with_list(allowed, own.user, scope), scope.connections, own.zone)
    if scope.masked:
        found.form.mask_numbers()
    return found


def _with_list(data: QueryDict, person: User, scope: Scope) -> QueryDict:
    """Return the data with the agents of the stored list that they name, as an address has them.

    A list of others that names an agent outside the person's scope is as none.
    """
    slug = data.get("agent_list") or ""
    agents = AgentList.agents_of(slug, person)
    if not agents or data.get("agent"):
        return data
    own = person.agent_lists.filter(slug=slug)
    names = split(" ".join(agents))
    if not (scope.may_name(names, (), data.get("connection") or "") or own.exists()):
        return data
    filled = data.copy()
    filled.setlist("agent", agents)
    return filled


def question_of(form: AppointFilter, scope: Scope) -> Question:
    """Return the question of a valid form. Raises Connection.DoesNotExist where there is none."""
    query = form.query()
    zone = zone_called(query.zone) if query.zone else form.zone
    # Whole seconds, as addresses have them: a link into a part of the range then fits it.
    now = timezone.now().replace(microsecond=0)
    return Question(query, scope.connection(query.connection), zone, now, scope)
