"""Alerts and reports: whether the mail server is there, and whether notify runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone, translation

from appoints.alerts.models import Rule
from appoints.connections import timestamps
from appoints.doctor.finding import Finding, ok, warning, wrong
from dashboard.notify import email
from dashboard.notify.outcome import REASONS

IDLE = timedelta(minutes=5)


def look() -> Iterator[Finding]:
    """Reach the mail server once, and look at when alerts were checked."""
    rules = Rule.objects.filter(paused=False, person__is_active=True)
    yield _email(rules.filter(by_email=True).count())
    yield _notify(rules.exclude(kind=Rule.Kind.REPORT))


def _email(rules: int) -> Finding:
    if not email.is_set_up():
        if not rules:
            return ok("EMAIL_URL", "not set: no e-mail is sent, and nobody waits for one.")
        words = f"not set, though {rules} alerts and reports are to come by e-mail."
        return warning("EMAIL_URL", words, "Set it to the mail server.")
    outcome = email.reach()
    if outcome.is_sent:
        return ok("EMAIL_URL", "the mail server answers.")
    with translation.override("en"):
        words = f"{REASONS[outcome.kind]} {outcome.detail}."
    return wrong("EMAIL_URL", words, "Correct the server, the user or the password in it.")


def _notify(alerts: QuerySet[Rule]) -> Finding:
    due = alerts.filter(created__lt=timezone.now() - IDLE)
    if not due.exists():
        return ok("notify", "no alert has been set up for five minutes or longer.")
    checked = due.filter(timestamps.since("checked_at", IDLE)).count()
    if not checked:
        words = f"{due.count()} alerts are set up, and none was checked in the last five minutes."
        return wrong("notify", words, "Let cron run manage.py notify once a minute.")
    return ok("notify", f"{checked} alerts were checked in the last five minutes.")
