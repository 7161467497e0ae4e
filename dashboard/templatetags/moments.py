"""Moments with their offset, also where clocks go back: Django's own letters leave it out there."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def with_offset(moment: datetime) -> str:
    """Return a moment in the zone in force, to the minute: ``2026-10-25 02:30 +0200``."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M %z")
