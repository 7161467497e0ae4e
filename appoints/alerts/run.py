"""One run of ``manage.py notify``: what is due is checked and sent within a minute."""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from appoints.alerts import deliveries, incidents, report, schedule, sending
from appoints.alerts.conditions import Check, check
from appoints.alerts.models import Delivery, Rule
from appoints.alerts.questions import asked
from appoints.alerts.transmitting import Transmission
from appoints.connections import timestamps
from dashboard.notify.outcome import Outcome, failed

CHECKED_AGAIN = timedelta(seconds=30)  # by another machine, no sooner
CHECK_TIME = 25.0  # seconds for all checks
ROWS_WAIT = 10.0  # seconds for the rows of one rule
MAKE_TIME = 40.0  # seconds from the start until all messages are made
WHOLE_TIME = 50.0  # seconds from the start until all are sent; cron comes again after 60
REPORT_AGAIN = timedelta(minutes=1)

logger = logging.getLogger(__name__)


def run() -> Counter[Outcome]:
    """Check every alert, and send what is due; return how many messages became what."""
    start = time.monotonic()
    schedule.schedule()
    check_all(start + CHECK_TIME)
    return send_all(start + MAKE_TIME, start + WHOLE_TIME)


def check_all(deadline: float) -> None:
    """Check the alerts that no other machine has checked just now."""
    alerts = Rule.objects.exclude(kind=Rule.Kind.REPORT)
    alerts = alerts.filter(paused=False, person__is_active=True).select_related("person")
    # Those that were checked longest ago come first, should time run out.
    mine = [rule for rule in alerts.order_by("checked_at", "pk") if _taken(rule)]
    for rule in mine:
        _check(rule, 0)  # lets every load begin
    for rule in mine:
        if rule.checked.get("trouble") == "loading":
            _check(rule, min(ROWS_WAIT, max(0.0, deadline - time.monotonic())))


def _taken(rule: Rule) -> bool:
    """Become the one who checks an alert; tell whether that is so."""
    now = timezone.now()
    lately = timestamps.since("checked_at", CHECKED_AGAIN)
    free = Rule.objects.filter(Q(checked_at=None) | ~lately, pk=rule.pk)
    rule.checked_at = now
    return bool(free.update(checked_at=now))


def _check(rule: Rule, wait: float) -> None:
    with sending.as_person(rule):
        found = asked(rule)
        if found is None:
            result = Check(None, {}, "no-rights")
        else:
            result = check(rule, found, wait)
    rule.checked = {"trouble": result.trouble, "facts": dict(result.facts), "holds": result.holds}
    with transaction.atomic():
        # Neither changed meanwhile, nor checked by another machine, which knows better.
        same = Rule.objects.filter(pk=rule.pk, checked_at=rule.checked_at)
        if same.update(checked=rule.checked) and result.holds is not None:
            incidents.observe(rule, result.holds, result.facts)


def send_all(made_by: float, sent_by: float) -> Counter[Outcome]:
    """Send what waits and may go; deadlines are on the monotonic clock."""
    transmission, claimed = Transmission(sent_by), {}
    for delivery in deliveries.waiting():
        if time.monotonic() > made_by:
            break
        if reason := deliveries.obstacle(delivery):
            deliveries.drop(Delivery.objects.filter(pk=delivery.pk), reason)
        elif deliveries.may_go(delivery) and deliveries.claim(delivery):
            claimed[delivery.pk] = delivery
            _begin(delivery, transmission, min(ROWS_WAIT, max(0.0, made_by - time.monotonic())))
    counts: Counter[Outcome] = Counter()
    for number, outcome in transmission.outcomes():
        if outcome is None:
            deliveries.postpone(claimed[number], timezone.now(), "")
        else:
            counts[outcome] += 1
            deliveries.settle(claimed[number], outcome)
    return counts


def _begin(delivery: Delivery, transmission: Transmission, wait: float) -> None:
    try:
        send = sending.made(delivery, wait)
    except sending.NoRights:
        deliveries.give_up(delivery, deliveries.NO_RIGHTS)
    except report.FiguresMissing as missing:
        deliveries.postpone(delivery, timezone.now() + REPORT_AGAIN, missing.trouble)
    except Exception:
        logger.exception("message %s cannot be made", delivery.pk)
        deliveries.settle(delivery, failed("internal", again=True))
    else:
        transmission.begin(delivery.pk, delivery.channel, send)
