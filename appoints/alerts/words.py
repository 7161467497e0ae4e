"""Alerts, reports and what became of their messages, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appoints.alerts import conditions, deliveries, quiet
from appoints.alerts.models import Delivery, Rule
from appoints.connections.failures import failure_of
from appoints.display.formats import isolated
from appoints.isales.errors import FetchError
from dashboard.notify.outcome import REASONS

Words = str | Promise

# Why a check found nothing out, or a report has to wait.
TROUBLES: Mapping[str, Words] = {
    conditions.LOADING: gettext_lazy("The rows are still being loaded."),
    conditions.DIFFER: gettext_lazy("iSales reported another number of rows than came."),
    conditions.TOO_MANY: gettext_lazy("These are more rows than are fetched: narrow the filters."),
    conditions.FAILED: gettext_lazy("iSales gave no rows."),
    deliveries.NO_RIGHTS: gettext_lazy("You may not ask this, or not any more."),
}
# Why a message is not sent.
DROPPED: Mapping[str, Words] = {
    deliveries.ENDED: gettext_lazy("It was over before it could be sent."),
    deliveries.CHANGED: gettext_lazy("The alert was changed or paused before it could be sent."),
    deliveries.PAUSED: gettext_lazy("The alert is paused."),
    deliveries.INACTIVE: gettext_lazy("You could not sign in at that time."),
    deliveries.UNTOLD: gettext_lazy("That it began was not told either."),
    deliveries.BROKEN_OFF: gettext_lazy("Sending broke off."),
}
REASON_WORDS: Mapping[str, Words] = {**REASONS, **TROUBLES, **DROPPED}


def condition(rule: Rule) -> str:
    """Return when a rule tells something."""
    limit = intcomma(rule.limit)
    if rule.kind == Rule.Kind.OVERDUE:
        return _("more than %s calls are overdue") % limit
    if rule.kind == Rule.Kind.SILENCE:
        words = _("no call begins for %(minutes)s minutes in which %(calls)s or more are due")
        return words % {"minutes": limit, "calls": intcomma(rule.least)}
    if rule.kind == Rule.Kind.OLD_DATA:
        return _("the data are older than %s minutes") % limit
    if rule.kind == Rule.Kind.CONNECTION:
        return _("iSales cannot be asked")
    return _report_time(rule)


def _report_time(rule: Rule) -> str:
    assert rule.at is not None
    time = isolated(f"{rule.at:%H:%M}")
    if rule.weekday is None:
        return _("every day at %s") % time
    return _("every %(day)s at %(time)s") % {"day": WEEKDAYS[rule.weekday], "time": time}


def quiet_hours(rule: Rule) -> str:
    """Return the quiet hours in words, empty without."""
    if rule.quiet_from is None or rule.quiet_to is None:
        return ""
    hours = isolated(f"{rule.quiet_from:%H:%M}–{rule.quiet_to:%H:%M}")
    return _("quiet %s") % hours


def trouble(rule: Rule) -> str:
    """Return why the last check found nothing out, empty where it did."""
    word = rule.checked.get("trouble", "")
    error = rule.checked.get("facts", {}).get("error")
    if word == conditions.FAILED and error:
        failure = failure_of(FetchError.from_json(error))
        return f"{failure.title} {failure.advice}"
    return str(TROUBLES.get(word, ""))


def result(delivery: Delivery) -> str:
    """Return what became of a message, and why."""
    reason = str(REASON_WORDS.get(delivery.reason, delivery.reason))
    parts = [reason, isolated(delivery.detail) if delivery.detail else ""]
    if delivery.status == Delivery.Status.WAITING and not delivery.reason:
        parts = [_waits_for(delivery)]
    return " ".join(part for part in parts if part)


def _waits_for(delivery: Delivery) -> str:
    if delivery.phase in (Delivery.Phase.REPORT, Delivery.Phase.TRIAL):
        return ""
    if quiet.is_quiet_now(delivery.rule):
        return _("It waits for the end of the quiet hours.")
    if deliveries.is_over_limit(delivery):
        return _("As many as a day may have are sent: it waits for the next day.")
    return ""
