"""A form that somebody sent, and the address that it becomes."""

from __future__ import annotations

import re

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from appoints.access.scope import Scope
from appoints.forms.bind import task_names
from appoints.forms.filterset import AppointFilter
from appoints.forms.numbers import with_kept
from appoints.query.lists import written
from appoints.query.models import AgentList
from appoints.query.query import Query

LONGEST_ADDRESS = 8000  # characters; servers cut request lines at about 8,190
LONG_ADDRESS = 2000  # characters; mail programs and chats cut links at about as many


def posted(data: QueryDict) -> QueryDict:
    """Return what was sent, as it was meant.

    A range takes the place of the preset that the page was at, and a space before a number is
    none that was a plus; an address says exactly what it says.
    """
    meant = with_kept(data).copy()
    if data.get("from") or data.get("to"):
        meant.pop("preset", None)
    if number := meant.get("number"):
        meant["number"] = number.strip()
    return meant


def address_of(form: AppointFilter, scope: Scope) -> str | None:
    """Return the address of a person's valid form; None where the form then says what is wrong.

    May ask iSales for the names of tasks.
    """
    query = _with_task(form, scope)
    if query is None:
        return None
    if query.agents and len(query.urlencode()) > LONG_ADDRESS:
        slug = AgentList.keep(list(map(written, query.agents)), scope.person)
        query = query.but(agent_list=slug, page=query.page)
    address = f"{reverse('appoints:list')}?{query.urlencode()}"
    if len(address) > LONGEST_ADDRESS:
        form.form.add_error("agent", _("This list is too long for an address: take fewer."))
        return None
    return address


def _with_task(form: AppointFilter, scope: Scope) -> Query | None:
    """Return the question with a task that was called by its name by its ID."""
    query = form.query()
    if not query.task or query.task.isdigit():
        return query
    names = task_names(scope.connections.get(slug=query.connection), scope)
    if query.task in names:
        return query  # an ID, whatever other task has it for a name
    called = [task for task, name in names.items() if _plain(name) == _plain(query.task)]
    if len(called) > 1:
        message = _("Several tasks have this name; give the ID of one: %s.") % ", ".join(called)
        form.form.add_error("task", message)
        return None
    return query.but(task=called[0]) if called else query


def _plain(name: str) -> str:
    # The field drops spaces, as in an ID that was copied.
    return re.sub(r"\s+", "", name).casefold()
