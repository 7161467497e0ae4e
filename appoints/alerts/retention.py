"""Messages and incidents are kept for a while, to be looked up on the page."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from appoints.alerts.models import Delivery, Incident

KEPT = timedelta(days=30)


def purge() -> int:
    """Drop messages and incidents that are long over; return how many rows that were."""
    before = timezone.now() - KEPT
    sent = Delivery.objects.exclude(status=Delivery.Status.WAITING).filter(ended_at__lt=before)
    over = Incident.objects.filter(ended__lt=before).exclude(deliveries__status="waiting")
    return sent.delete()[0] + over.delete()[0]
