"""Sessions and sign-ins, failed ones too, are limited as they come; ``purge`` deletes old ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from dashboard.accounts.models import Session, Token, User

MOST_SESSIONS = 50  # of a person: their browsers and wallboards
MOST_STRANGERS = 10_000  # sessions of nobody: sign-ins with a service that have only begun
MOST_SIGN_INS = 500  # of a person, remembered
MOST_ATTEMPTS = 10_000  # failed sign-ins, remembered, of everybody
SIGN_INS_KEPT = timedelta(days=90)
ENDED_TOKENS_KEPT = timedelta(days=90)
ADMIN_LOG_KEPT = timedelta(days=365)


def purge() -> int:
    """Delete old rows; return how many."""
    return sum(each.delete()[0] for each in past(timezone.now()))


def past(now: datetime) -> Sequence[QuerySet[Any]]:
    """Return what is past its time at a moment."""
    return (
        Session.objects.filter(expire_date__lt=now),
        AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME),
        AccessLog.objects.filter(attempt_time__lt=now - SIGN_INS_KEPT),
        Token.objects.filter(expires__lt=now - ENDED_TOKENS_KEPT),
        LogEntry.objects.filter(action_time__lt=now - ADMIN_LOG_KEPT),
    )


def bound(user: User, request: HttpRequest, **_about: Any) -> None:
    """Delete a person's oldest sessions and sign-ins above the limit."""
    # The new session is stored as theirs only with the answer.
    others = Session.objects.filter(person=str(user.pk)).exclude(pk=request.session.session_key)
    _keep(others.order_by("-expire_date"), MOST_SESSIONS - 1)
    sign_ins = AccessLog.objects.filter(username=user.get_username())
    _keep(sign_ins.order_by("-attempt_time"), MOST_SIGN_INS)


def bound_strangers() -> None:
    """Delete the oldest sessions of nobody above the limit."""
    _keep(Session.objects.filter(person="").order_by("-expire_date"), MOST_STRANGERS)


def bound_attempts(sender: object, created: bool, **_about: Any) -> None:
    """Delete the oldest failed sign-ins above the limit: a stranger may try ever new names."""
    if created:
        _keep(AccessAttempt.objects.order_by("-attempt_time"), MOST_ATTEMPTS)


def _keep(rows: Any, most: int) -> None:
    # To delete none is a transaction too, and SQLite has one writer at a time.
    if above := list(rows.values_list("pk", flat=True)[most:]):
        rows.model.objects.filter(pk__in=above).delete()
