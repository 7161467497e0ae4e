"""When the condition of an alert begins and ends to hold: each is stored once, by who sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from appoints.alerts import deliveries
from appoints.alerts.models import Delivery, Incident, Rule


def observe(rule: Rule, holds: bool, facts: Mapping[str, Any]) -> None:
    """Store what a check found, and the messages that follow from it."""
    open_ = rule.incident
    if holds and open_ is None:
        _begin(rule, facts)
    elif holds and open_ is not None:
        Incident.objects.filter(pk=open_.pk, ended=None).update(facts=dict(facts))
    elif open_ is not None:
        _end(rule, open_, facts)


def forget(rule: Rule) -> None:
    """Drop what waits to be sent, and tell of nothing's end: the alert asks for something else."""
    with transaction.atomic():
        # A check that is under way was of what it asked for before.
        Rule.objects.filter(pk=rule.pk).update(checked_at=None, checked={})
        rule.checked_at, rule.checked = None, {}
        rule.incidents.filter(ended=None).update(ended=timezone.now())
        deliveries.drop(rule.deliveries.all(), deliveries.CHANGED)


def _begin(rule: Rule, facts: Mapping[str, Any]) -> None:
    try:
        with transaction.atomic():
            begun = Incident.objects.create(rule=rule, facts=dict(facts))
            made = Delivery.of(rule, Delivery.Phase.BEGIN, begun.pk, incident=begun)
            Delivery.objects.bulk_create(made)
    except IntegrityError:
        return  # another machine has begun it


def _end(rule: Rule, incident: Incident, facts: Mapping[str, Any]) -> None:
    """End an incident, and let those know who know that it began."""
    with transaction.atomic():
        changes = {"ended": timezone.now(), "facts": dict(facts)}
        if not Incident.objects.filter(pk=incident.pk, ended=None).update(**changes):
            return  # another machine has ended it
        begins = incident.deliveries.filter(phase=Delivery.Phase.BEGIN)
        deliveries.drop(begins, deliveries.ENDED)
        told = begins.filter(status__in=[Delivery.Status.SENT, Delivery.Status.WAITING])
        channels = set(told.values_list("channel", flat=True))
        made = Delivery.of(rule, Delivery.Phase.END, incident.pk, incident=incident)
        Delivery.objects.bulk_create(each for each in made if each.channel in channels)
