"""Stored timestamps that a wrong clock may have written.

A timestamp further ahead than its longest span counts as passed: a clock that was ahead has
written it, and it would otherwise be in force for as long as that clock was ahead.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SKEW = timedelta(minutes=1)  # that clocks of two machines may differ


def left(until: datetime | None, longest: timedelta) -> timedelta:
    """Return how long it is until a stored moment, none where it has passed."""
    ahead = until - timezone.now() if until else timedelta()
    return ahead if timedelta() < ahead <= longest + SKEW else timedelta()


def recent(moment: datetime | None, span: timedelta) -> bool:
    """Tell whether a stored moment is no longer ago than ``span``, and not ahead."""
    return moment is not None and -SKEW <= timezone.now() - moment < span


def in_force(field: str, longest: timedelta) -> Q:
    """Return the condition that a field's moment is still ahead; see ``left``."""
    now = timezone.now()
    return Q(**{f"{field}__gt": now, f"{field}__lte": now + longest + SKEW})


def passed(field: str, longest: timedelta) -> Q:
    """Return the condition that a field's moment is not ahead; see ``left``."""
    now = timezone.now()
    return Q(**{f"{field}__lte": now}) | Q(**{f"{field}__gt": now + longest + SKEW})


def latest() -> datetime:
    """Return the latest moment that a clock which is right may have written by now."""
    return timezone.now() + SKEW


def not_ahead(field: str) -> Q:
    """Return the condition that a field's moment was not written by a clock that was ahead."""
    return Q(**{f"{field}__lte": latest()})


def since(field: str, span: timedelta) -> Q:
    """Return the condition that a field's moment is recent; see ``recent``."""
    now = timezone.now()
    return Q(**{f"{field}__gt": now - span, f"{field}__lte": now + SKEW})
