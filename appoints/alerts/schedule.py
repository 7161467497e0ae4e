"""When reports are due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone

from appoints.alerts.models import Delivery, Rule
from appoints.query.time_range import from_local
from dashboard.accounts.models import Preferences

DAY = timedelta(days=1)
WEEK = 7  # days


class ReportTime(NamedTuple):
    """A local day, as it names a report, and the moment at which that is to be sent."""

    day: str
    moment: datetime


def latest(rule: Rule, now: datetime, zone: ZoneInfo) -> ReportTime | None:
    """Return the last time of a report up to a moment; None where there was none since it is set.

    A local time that clocks skip is the moment of the skip, one that comes twice the first.
    """
    assert rule.at is not None
    today = now.astimezone(zone).date()
    for day in (today - number * DAY for number in range(WEEK + 1)):
        if rule.weekday not in (None, day.weekday()):
            continue
        moment = from_local(datetime.combine(day, rule.at), zone)
        if moment <= now:
            return ReportTime(day.isoformat(), moment) if moment > rule.since else None
    return None


def schedule() -> None:
    """Make the messages of the reports that are due; those of a day are made once.

    Of several that were missed, for nothing ran meanwhile, just the last is made.
    """
    now = timezone.now()
    rules = Rule.objects.filter(kind=Rule.Kind.REPORT, paused=False, person__is_active=True)
    for rule in rules.select_related("person"):
        due = latest(rule, now, Preferences.of(rule.person).zone)
        if due is not None:
            made = Delivery.of(rule, Delivery.Phase.REPORT, due.day, slot=due.moment)
            # The key is unique: who comes second makes none.
            Delivery.objects.bulk_create(made, ignore_conflicts=True)
