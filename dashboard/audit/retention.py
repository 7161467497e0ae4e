from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from dashboard.audit.models import Event


def purge() -> int:
    """Drop events past their time; return how many rows that were."""
    return Event.objects.purge(timezone.now() - settings.AUDIT_KEPT_FOR)
