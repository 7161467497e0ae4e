"""One message at once, for a person who asks for it; what became of it is said."""

from __future__ import annotations

import time

from django.utils import timezone
from django.utils.crypto import get_random_string

from appoints.alerts import deliveries, report, sending
from appoints.alerts.models import Delivery, Rule
from appoints.alerts.transmitting import Transmission
from dashboard.concurrency import LIMIT
from dashboard.notify.outcome import Outcome, failed

ROWS_WAIT = 10.0  # seconds for the rows of a report
SEND_TIME = 15.0  # seconds for the message itself


class TooManyTrials(Exception):
    """As many messages as a day may have are sent."""


def send(rule: Rule) -> list[Delivery]:
    """Send a trial by each channel of a rule, and return what became of it."""
    token, until = get_random_string(32), timezone.now() + deliveries.CLAIM
    made = Delivery.of(
        rule,
        Delivery.Phase.TRIAL,
        token[:16],
        claim=token,
        claimed_until=until,
        attempts=1,
    )
    for each in made:
        if deliveries.is_over_limit(each):
            raise TooManyTrials
        each.save()
    for each in made:
        # Once, whatever comes of it: the person can ask again.
        deliveries.settle(each, _outcome(each)._replace(again=False))
        each.refresh_from_db()
    return made


def _outcome(delivery: Delivery) -> Outcome:
    try:
        handover = sending.made(delivery, ROWS_WAIT)
    except sending.NoRights:
        return failed(deliveries.NO_RIGHTS)
    except report.FiguresMissing as missing:
        return failed(missing.trouble)
    transmission = Transmission(time.monotonic() + SEND_TIME)
    transmission.begin(delivery.pk, delivery.channel, handover)
    with LIMIT.released():
        [(_number, outcome)] = transmission.outcomes()
    return outcome or failed("too-slow")
