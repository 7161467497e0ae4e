"""Messages that wait: who sends which, when, and what became of it.

A message is claimed in the database before it is sent, so that of two machines one sends it. Who
dies between the two leaves a claim that ends by itself, and the message is sent again: at worst it
comes twice, under the same ID. The other order would lose it, and nobody would miss it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string

from appoints.alerts import quiet
from appoints.alerts.models import Delivery
from appoints.connections import timestamps
from appoints.query.time_range import midnight
from dashboard.accounts.models import Preferences, User
from dashboard.notify.outcome import Outcome

CLAIM = timedelta(minutes=5)  # longer than any run
# From one try to the next; after the last one the message has failed.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
MOST_OF_A_PERSON = 100  # messages a day, besides the ends of what was told
# Why a message is not sent; see ``words``.
ENDED, CHANGED, INACTIVE, NO_RIGHTS, PAUSED, UNTOLD, BROKEN_OFF = (
    "ended", "changed", "inactive", "no-rights", "paused", "untold", "broken-off",
)  # fmt: skip

Status, Phase = Delivery.Status, Delivery.Phase


def waiting() -> list[Delivery]:
    """Return the messages that are worth a look now, alerts before reports."""
    later = timestamps.in_force("due_at", max(WAITS))
    found = Delivery.objects.filter(~later, _unclaimed(), status=Status.WAITING)
    found = found.select_related("rule__person", "incident").order_by("created", "pk")
    return sorted(found, key=lambda each: each.phase == Phase.REPORT)


def drop(found: QuerySet[Delivery], reason: str) -> None:
    """Give up messages that nobody is sending just now."""
    left = found.filter(_unclaimed(), status=Status.WAITING)
    left.update(status=Status.DROPPED, reason=reason, ended_at=timezone.now())


def obstacle(delivery: Delivery) -> str:
    """Return why a message is never to be sent, in the word of a reason; empty if it may be."""
    rule, incident = delivery.rule, delivery.incident
    if delivery.phase == Phase.TRIAL:
        return BROKEN_OFF  # whoever asked for it has gone
    if not rule.person.is_active:
        return INACTIVE
    if rule.paused:
        return PAUSED
    if delivery.phase == Phase.BEGIN and incident is not None and incident.ended:
        return ENDED
    if delivery.phase == Phase.END and _begin_of(delivery) in (Status.DROPPED, Status.FAILED, None):
        return UNTOLD
    return ""


def may_go(delivery: Delivery) -> bool:
    """Tell whether a message may be sent now, as far as its time and its day allow."""
    if delivery.phase == Phase.REPORT:
        return True
    if quiet.is_quiet_now(delivery.rule):
        return False
    if delivery.phase == Phase.END:
        return _begin_of(delivery) == Status.SENT
    return not is_over_limit(delivery)


def is_over_limit(delivery: Delivery) -> bool:
    """Tell whether as many messages of the day are sent as the rule, or the person, may send."""
    rule = delivery.rule
    zone = Preferences.of(rule.person).zone
    today = midnight(timezone.localtime(timezone=zone).date(), zone)
    counted = Delivery.objects.filter(
        phase__in=[Phase.BEGIN, Phase.TRIAL], channel=delivery.channel
    )
    sent = counted.filter(status=Status.SENT, ended_at__gte=today)
    going = counted.filter(status=Status.WAITING).exclude(_unclaimed())
    of_rule, of_person = Q(rule=rule, phase=Phase.BEGIN), Q(rule__person=rule.person)
    return any(
        sent.filter(whose).count() + going.filter(whose).count() >= most
        for whose, most in ((of_rule, rule.most_a_day), (of_person, MOST_OF_A_PERSON))
    )


def claim(delivery: Delivery) -> bool:
    """Become the one who sends a message; tell whether that is so."""
    token, until = get_random_string(32), timezone.now() + CLAIM
    with transaction.atomic():
        # The lock lets one message of a person at a time count, on whatever machine.
        User.objects.select_for_update(no_key=True).get(pk=delivery.rule.person_id)
        if not may_go(delivery):
            return False
        free = Delivery.objects.filter(_unclaimed(), pk=delivery.pk, status=Status.WAITING)
        taken = free.update(claim=token, claimed_until=until, attempts=F("attempts") + 1)
    if taken:
        delivery.refresh_from_db(fields=["claim", "claimed_until", "attempts"])
    return bool(taken) and delivery.claim == token


def settle(delivery: Delivery, outcome: Outcome) -> None:
    """Store what became of a message whose claim is held; it may be tried again later."""
    now, tries = timezone.now(), delivery.attempts
    changes: dict[str, Any] = {"reason": outcome.kind, "detail": outcome.detail}
    if outcome.is_sent:
        changes |= {"status": Status.SENT, "ended_at": now}
    elif outcome.again and tries <= len(WAITS):
        changes |= {"due_at": now + WAITS[tries - 1]}
    else:
        changes |= {"status": Status.FAILED, "ended_at": now}
    _let_go(delivery, **changes)


def postpone(delivery: Delivery, until: datetime, reason: str) -> None:
    """Let go of a message that cannot be made yet; that is no try."""
    _let_go(delivery, due_at=until, reason=reason, attempts=F("attempts") - 1)


def give_up(delivery: Delivery, reason: str) -> None:
    """Never send a message whose claim is held."""
    _let_go(delivery, status=Status.DROPPED, reason=reason, ended_at=timezone.now())


def _let_go(delivery: Delivery, **changes: object) -> None:
    mine = Delivery.objects.filter(pk=delivery.pk, claim=delivery.claim, status=Status.WAITING)
    mine.update(claim="", claimed_until=None, **changes)


def _unclaimed() -> Q:
    return ~timestamps.in_force("claimed_until", CLAIM)


def _begin_of(delivery: Delivery) -> str | None:
    """Return the status of the message that told that the same began, None without one."""
    begins = Delivery.objects.filter(
        incident=delivery.incident_id, phase=Phase.BEGIN, channel=delivery.channel
    )
    return begins.values_list("status", flat=True).first()
