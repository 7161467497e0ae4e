"""The questions that an alert or a report may look at: the one at hand, and saved views."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from appoints.access.scope import Scope, scope_of
from appoints.alerts.models import Rule
from appoints.alerts.questions import asked, kept_text, words_of
from appoints.forms import bind
from appoints.forms.bind import form_of
from appoints.forms.filterset import AppointFilter
from appoints.query import presets
from appoints.query.query import Query
from appoints.saved_views.visibility import in_groups, visible_to
from dashboard.accounts.requests import SignedInRequest

MOST_VIEWS = 100  # that are offered


def question_at_hand(request: SignedInRequest, scope: Scope, kind: str) -> str | None:
    """Return the query string that the address asks; None where the list would not show it.

    Without one it is today, and for overdue calls the days that the preset "overdue" has.
    """
    if not request.GET:
        preset = presets.OVERDUE if kind == Rule.Kind.OVERDUE else "today"
        connection = scope.connections.first()
        return kept_text(Query(connection=connection.slug if connection else "", preset=preset))
    return _kept(form_of(request.GET, scope, request.preferences))


def choices(request: SignedInRequest, scope: Scope, rule: Rule) -> list[tuple[str, str]]:
    """Return what may be chosen; an empty word stands for the question at hand."""
    found = asked(rule)
    at_hand = _("This cannot be asked any more; choose something else.")
    if found is not None:
        at_hand = found.words or _("every reserved call")
    if rule.kind == Rule.Kind.CONNECTION:
        names = [(each.slug, each.name) for each in scope.connections]
        current = found.words if found else at_hand
        return [("", current), *(each for each in names if each[1] != current)]
    views = in_groups(visible_to(request.user, scope), request.user.pk)
    return [("", at_hand), *((view.slug, view.name) for view in views[:MOST_VIEWS])]


def question_of(request: SignedInRequest, scope: Scope, rule: Rule, chosen: str) -> str | None:
    """Return the query string of a choice; None where it cannot be asked any more."""
    if rule.kind == Rule.Kind.CONNECTION:
        return kept_text(Query(connection=chosen, preset="today"))
    view = visible_to(request.user, scope).filter(slug=chosen).first()
    if view is None or view.query is None:
        return None
    return _kept(form_of(QueryDict(view.query), scope, request.preferences))


def address_words(request: SignedInRequest, question: QueryDict) -> str:
    """Return what an address asks in words, empty where it cannot be asked."""
    scope = scope_of(request.user)
    form = form_of(question, scope, request.preferences)
    if scope.is_empty or not form.is_valid():
        return ""
    return words_of(bind.question_of(form, scope), form)


def _kept(form: AppointFilter) -> str | None:
    if not (form.queryset.exists() and form.form.is_valid()):
        return None
    return kept_text(form.query())
