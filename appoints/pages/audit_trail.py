"""What a person looked at and took, for the log; numbers only as tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.http import HttpRequest

from appoints.access.masking import without
from appoints.access.reveal import record_reveal
from appoints.forms.bind import Question
from appoints.query.query import Query
from appoints.results.numbers import may_hold_number, writings
from appoints.results.result import Result
from appoints.results.upstream_queries import plan_of
from dashboard.accounts.models import User
from dashboard.audit.log import Target, record, record_look
from dashboard.audit.models import Event
from dashboard.audit.origin import Origin, of_request

HIDDEN = "•••"
# What changes no row, or only which of them stand on one page.
NO_FILTERS = frozenset({"connection", "page", "per_page", "sort", "tz", "view"})


def look(
    request: HttpRequest,
    question: Question,
    result: Result,
    reservation: str = "",
    numbers: Iterable[str] = (),
) -> None:
    """Record a look at the rows of a question, or at one reservation and its number."""
    target = Target("reservation", reservation) if reservation else _connection(question)
    details = _details(request, question, result)
    same = (details["page"], details["filters"])
    tokens = _numbers(question, numbers)
    record_look(of_request(request), target, details, tokens, same)


def program(request: HttpRequest, question: Question, result: Result, token: str) -> None:
    """Record a look by a program with a token."""
    details = {**_details(request, question, result), "token": token}
    same = (details["page"], details["filters"], token)
    origin = of_request(request, Event.Way.API)
    record_look(origin, _connection(question), details, _numbers(question), same)


def file(request: HttpRequest, question: Question, result: Result) -> None:
    """Record a file that is about to be sent. Raises django.db.Error."""
    details = _details(request, question, result)
    origin = of_request(request, Event.Way.FILE)
    record(origin, Event.Action.FILE, _connection(question), details, _numbers(question))


def sent_file(question: Question, result: Result, person: User) -> None:
    """Record a file that is about to go to a person by e-mail. Raises django.db.Error."""
    details = {"page": "alerts", **_asked(question, result)}
    origin = Origin(person.pk, person.get_username(), None, Event.Way.EMAIL)
    record(origin, Event.Action.FILE, _connection(question), details, _numbers(question))


def reveal(
    request: HttpRequest, question: Question, reservation: str, number: str, reason: str
) -> None:
    """Record that a number is about to be shown in full.

    Raises TooManyReveals, and django.db.Error.
    """
    details = {"connection": question.connection.slug, "reason": without(reason, number)}
    numbers = [number, *writings(number, plan_of(question.connection))]
    record_reveal(of_request(request), reservation, details, numbers)


def _connection(question: Question) -> Target:
    connection = question.connection
    return Target("connection", connection.slug, connection.name)


def _details(request: HttpRequest, question: Question, result: Result) -> dict[str, Any]:
    page = request.resolver_match.view_name if request.resolver_match else ""
    return {"page": page, **_asked(question, result)}


def _asked(question: Question, result: Result) -> dict[str, Any]:
    return {
        "connection": question.connection.slug,
        "filters": dict(filters(question.query)),
        "rows": result.total,
    }


def filters(query: Query) -> Mapping[str, str]:
    """Return the filters in force; what may be a customer's number is hidden."""
    found: dict[str, str] = {}
    for name, value in query.params():
        if name in NO_FILTERS:
            continue
        hidden = name == "number" or (name == "q" and may_hold_number(value))
        text = HIDDEN if hidden else value
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def _numbers(question: Question, more: Iterable[str] = ()) -> Iterator[str]:
    """Yield every writing of each number that was asked for or seen, for any may be typed."""
    query = question.opened
    sought = [query.number] if query.number else []
    if may_hold_number(query.text):
        sought.append(query.text)
    for number in (*sought, *more):
        yield number
        yield from writings(number, plan_of(question.connection))
