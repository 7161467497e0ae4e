from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from dashboard.audit.models import Event


def purge() -> int:
    """Drop events past their time; return how many rows that were."""
    return Event.objects.purge(timezone.now() - settings.AUDIT_KEPT_FOR)


def past(now: datetime) -> QuerySet[Event]:
    """Return the events that are past their time at a moment."""
    return Event.objects.filter(at__lt=now - settings.AUDIT_KEPT_FOR)
