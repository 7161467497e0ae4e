from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest

from dashboard.models import Preferences


class SignedInRequest(HttpRequest):
    """A request as views get it that are not marked ``login_not_required``; for type hints."""

    user: User
    preferences: Preferences
