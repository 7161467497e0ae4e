"""What an alert or a report asks, for its person as their rights are now."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from django.http import QueryDict

from appoints.access.number_token import opened
from appoints.access.scope import Scope, scope_of
from appoints.alerts.models import Rule
from appoints.display.chips import chips
from appoints.forms.bind import Question, form_of, question_of
from appoints.forms.filterset import AppointFilter
from appoints.query import presets
from appoints.query.query import BLANK, Query
from appoints.results.result import Result
from dashboard.accounts.models import Preferences


@dataclass(frozen=True, slots=True)
class Asked:
    """The question of a rule, with the filters in words, within the person's scope."""

    question: Question
    words: str

    @property
    def scope_mark(self) -> str:
        """What is the same for the same scope, and tells nothing of it."""
        return scope_mark(self.question.scope)


def asked(rule: Rule, now: datetime | None = None) -> Asked | None:
    """Return what a rule asks at a moment; None where its person may not ask it, or not any more.

    Looked up anew each time: people leave teams, and connections go.
    """
    person = rule.person
    if not person.is_active:
        return None
    return asked_within(scope_of(person), rule, Preferences.of(person), now)


def asked_within(
    scope: Scope, rule: Rule, own: Preferences, now: datetime | None = None
) -> Asked | None:
    """Return what a rule asks within the scope and with the preferences of its person."""
    query = rule.query
    if query is None or scope.is_empty:
        return None
    form = form_of(QueryDict(query), scope, own)
    if not form.is_valid():
        return None
    question = question_of(form, scope)
    question = replace(question, query=_looked_at(rule, question.query))
    if now is not None:
        question = replace(question, now=now.replace(microsecond=0))
    is_all = rule.kind == Rule.Kind.CONNECTION
    return Asked(question, question.connection.name if is_all else words_of(question, form))


def _looked_at(rule: Rule, query: Query) -> Query:
    """Return the question of a rule as far as it matters to its kind."""
    if rule.kind == Rule.Kind.CONNECTION:
        return Query(connection=query.connection, preset="today")
    if rule.kind == Rule.Kind.SILENCE:
        # A call may begin hours late, so that no state and no range matters.
        bare = query.leaving_out("states", "late", "causes", "cause_groups")
        return bare.but(preset="today", begin=None, end=None)
    if rule.is_report:
        return query
    ranged = _with_range(query)
    if rule.kind == Rule.Kind.OVERDUE:
        # The preset asks for just these itself.
        return ranged.but(states=() if ranged.preset == presets.OVERDUE else ("overdue",))
    return ranged


def words_of(question: Question, form: AppointFilter) -> str:
    """Return the filters of a question in words; a number that is masked stays so."""
    parts = [chip.text for chip in chips(question.query, question.zone)]
    if len(form.queryset) > 1:
        parts.insert(0, question.connection.name)
    return " · ".join(parts)


def kept_text(query: Query) -> str:
    """Return the query string to keep: presets as they are, agents and number in full."""
    kept = query.but(view="", agent_list="", number=opened(query.number))
    return replace(kept, per_page=BLANK.per_page).urlencode()


def _with_range(query: Query) -> Query:
    """Return a question with the range that the preset "overdue" has, where it has none.

    Without, all times that iSales knows would be asked for, each minute.
    """
    has_range = query.preset or query.begin or query.end
    return query if has_range else query.but(preset=presets.OVERDUE)


def is_complete(result: Result) -> bool:
    """Tell whether a result has every row, none of them older than a page would take."""
    return result.is_whole and result.error is None and not result.refreshing


def scope_mark(scope: Scope) -> str:
    """Return what is the same for the same scope, in whatever process."""
    rows = sorted(
        [pk, sorted([sorted(part.agents), sorted(part.tasks)] for part in row_filter.parts)]
        for pk, row_filter in scope.row_filters
    )
    return sha256(json.dumps([rows, scope.masked]).encode()).hexdigest()[:16]
