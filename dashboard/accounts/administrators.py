"""Whom a person can ask for what they may not do themselves."""

from __future__ import annotations

from django.db.models import Q

from dashboard.accounts.models import User

ROLE = "administrator"
SHOWN = 5


def administrators() -> list[User]:
    """Return the first people who may give others what they need, by name."""
    may = Q(is_superuser=True) | Q(groups__name=ROLE)
    return list(User.objects.filter(may, is_active=True).distinct().order_by("username")[:SHOWN])
