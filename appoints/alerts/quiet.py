"""Quiet hours: local times of the person between which nothing is sent."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from appoints.alerts.models import Rule
from dashboard.accounts.models import Preferences


def is_quiet_now(rule: Rule) -> bool:
    """Tell whether nothing is to be sent just now, in the person's zone."""
    return is_quiet(rule, timezone.now(), Preferences.of(rule.person).zone)


def is_quiet(rule: Rule, now: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a moment is within the quiet hours, which may go past midnight.

    They are what a clock on the wall shows, so that on the days when clocks change they are an hour
    longer or shorter.
    """
    begin, end = rule.quiet_from, rule.quiet_to
    if begin is None or end is None:
        return False
    shown = now.astimezone(zone).time()
    if begin <= end:
        return begin <= shown < end
    return shown >= begin or shown < end
