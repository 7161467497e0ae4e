"""Whether the condition of an alert holds. Each kind is one function here.

It is decided on complete answers only: of a part, nobody knows. ``holds`` is then None, and what
was told last stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import polars as pl
from django.utils import timezone

from appoints.alerts.models import Rule
from appoints.alerts.questions import Asked, is_complete
from appoints.connections.errors import Busy, QueueFull, Resting
from appoints.connections.models import Connection
from appoints.forms.bind import Question
from appoints.isales.errors import FetchError, TooFast
from appoints.results.passthrough import TooLong
from appoints.results.result import NeedsWhole, Result

SHORT_QUIET = timedelta(seconds=30)  # after which iSales asks for quiet in the midst of its work
# Why a check found nothing out, see ``words``.
LOADING, DIFFER, TOO_MANY, FAILED = "loading", "differ", "too-many", "failed"


class Check(NamedTuple):
    """Whether a condition holds; None where that cannot be known, and ``trouble`` says why.

    ``facts`` are figures for the message, ``error`` of FetchError.to_json among them.
    """

    holds: bool | None
    facts: Mapping[str, Any] = {}
    trouble: str = ""


def check(rule: Rule, asked: Asked, wait: float) -> Check:
    """Find out whether the condition of an alert holds, within so many seconds."""
    try:
        found = KINDS[rule.kind](rule, asked.question, wait)
    except (NeedsWhole, TooLong):
        return Check(None, {}, TOO_MANY)
    except FetchError as error:
        return Check(None, {"error": error.to_json()}, FAILED)
    facts = {"scope": asked.scope_mark, "connection": asked.question.connection.name}
    return found._replace(facts={**facts, **found.facts})


def _overdue(rule: Rule, question: Question, wait: float) -> Check:
    """Hold while more than ``limit`` calls are overdue.

    Where iSales counts more rows than came, they may be more, but they are no fewer.
    """
    result = question.ask(wait=wait)
    if not is_complete(result):
        return _unknown(result)
    holds = result.total > rule.limit
    if not holds and not result.is_settled:
        return Check(None, {}, DIFFER)
    return Check(holds, {"count": result.total, "limit": rule.limit, **_as_of(result)})


def _silence(rule: Rule, question: Question, wait: float) -> Check:
    """Hold while no call has begun for ``limit`` minutes in which ``least`` were reserved.

    What is asked for is the day, which other pages share, since a call may begin hours late.
    """
    since = question.now - timedelta(minutes=rule.limit)
    first, last = (each.astimezone(question.zone).date() for each in (since, question.now))
    query = question.query.but(preset="", begin=first, end=last)
    result = replace(question, query=query).ask(wait=wait)
    if not is_complete(result):
        return _unknown(result)
    return _silent(rule, result, result.as_of or question.now)


def _silent(rule: Rule, result: Result, now: datetime) -> Check:
    since = now - timedelta(minutes=rule.limit)
    reserved = pl.col("appoint_time").is_between(since, now, closed="right")
    counts = result.rows.select(
        (pl.col("call_begin") > since).sum().alias("begun"), reserved.sum().alias("due")
    ).row(0)
    begun, due = counts
    facts = {"begun": begun, "due": due, "limit": rule.limit, **_as_of(result)}
    holds = not begun and due >= rule.least
    if holds and not result.is_settled:
        return Check(None, {}, DIFFER)  # among the rows that did not come, one may have begun
    return Check(holds, facts)


def _connection(rule: Rule, question: Question, wait: float) -> Check:
    """Hold while the connection is at rest, iSales asks for quiet, or does not answer."""
    connection = Connection.objects.get(pk=question.connection.pk)
    if connection.resting:
        return Check(True, {"error": Resting(connection.resting).to_json()})
    quiet = connection.quiet_left()
    if quiet > SHORT_QUIET:
        return Check(True, {"error": TooFast("quiet", quiet.total_seconds()).to_json()})
    try:
        result = question.ask(wait=wait)
    except (Busy, QueueFull, TooFast) as error:
        return Check(None, {"error": error.to_json()}, FAILED)  # over in seconds
    except FetchError as error:
        return Check(True, {"error": error.to_json()})
    if result.error is not None:
        return Check(True, {"error": result.error.to_json(), **_as_of(result)})
    return Check(False, _as_of(result)) if is_complete(result) else _unknown(result)


def _old_data(rule: Rule, question: Question, wait: float) -> Check:
    """Hold while the oldest rows of the question were fetched more than ``limit`` minutes ago."""
    try:
        result = question.ask(wait=wait)
    except (Busy, QueueFull, NeedsWhole, TooLong):
        raise
    except FetchError as error:
        # No row is at hand at all.
        return Check(True, {"limit": rule.limit, "error": error.to_json()})
    if result.as_of is None or result.is_browsing:
        return _unknown(result)
    age = timezone.now() - result.as_of
    facts = {"limit": rule.limit, **_as_of(result)}
    if result.error is not None:
        facts["error"] = result.error.to_json()
    return Check(age > timedelta(minutes=rule.limit), facts)


def _unknown(result: Result) -> Check:
    if result.is_browsing:
        return Check(None, {}, TOO_MANY)
    if result.error is not None:
        return Check(None, {"error": result.error.to_json()}, FAILED)
    return Check(None, {}, LOADING)


def _as_of(result: Result) -> dict[str, str]:
    return {"as_of": result.as_of.isoformat()} if result.as_of else {}


KINDS: Mapping[str, Callable[[Rule, Question, float], Check]] = {
    Rule.Kind.OVERDUE: _overdue,
    Rule.Kind.SILENCE: _silence,
    Rule.Kind.CONNECTION: _connection,
    Rule.Kind.OLD_DATA: _old_data,
}
