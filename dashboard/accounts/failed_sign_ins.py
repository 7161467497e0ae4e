"""Failed sign-ins, as django-axes counts them."""

from __future__ import annotations

from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.http import HttpRequest


class Handler(AxesDatabaseHandler):  # type: ignore[misc]  # it has no types
    """The handler of django-axes, which looks before it deletes.

    Nearly every sign-in has none to forget, and to delete none is a transaction too: SQLite has
    one writer at a time, and a morning begins with everybody's sign-in.
    """

    def clean_expired_user_attempts(
        self, request: HttpRequest | None = None, credentials: dict[str, Any] | None = None
    ) -> int:
        """Delete what is past its time, of whomever; return how many."""
        past = AccessAttempt.objects.filter(attempt_time__lte=get_cool_off_threshold(request))
        if not past.exists():
            return 0
        return int(super().clean_expired_user_attempts(request, credentials))

    def reset_user_attempts(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """Delete those of who has now signed in; return how many."""
        if not any(each.exists() for each in self.filter_user_attempts(request, credentials)):
            return 0
        return int(super().reset_user_attempts(request, credentials))
