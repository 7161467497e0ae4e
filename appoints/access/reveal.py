"""Revealing a masked number: one at a time, few in a minute, logged before it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dashboard.accounts.models import User
from dashboard.audit.log import Target, record
from dashboard.audit.models import Event
from dashboard.audit.origin import Origin

MINUTE = timedelta(minutes=1)


class TooManyReveals(Exception):
    """The person has revealed as many numbers in the last minute as one may."""


def record_reveal(
    origin: Origin, reservation: str, details: Mapping[str, Any], numbers: Iterable[str]
) -> None:
    """Record that a person is about to see a number in full.

    Raises TooManyReveals, and django.db.Error where the log cannot be written.
    """
    assert origin.person is not None
    with transaction.atomic():
        # The lock lets one reveal of a person at a time count, in whatever worker.
        User.objects.select_for_update(no_key=True).get(pk=origin.person)
        earlier = Event.objects.filter(
            person=origin.person,
            action=Event.Action.REVEAL,
            at__gt=timezone.now() - MINUTE,
        )
        if earlier.count() >= settings.APPOINTS_REVEALS_PER_MINUTE:
            raise TooManyReveals
        record(origin, Event.Action.REVEAL, Target("reservation", reservation), details, numbers)
