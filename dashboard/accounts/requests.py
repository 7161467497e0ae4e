from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from dashboard.accounts.models import Preferences, User


class HtmxRequest(HttpRequest):
    """A request as django-htmx's middleware leaves it; for type hints."""

    htmx: HtmxDetails


class SignedInRequest(HtmxRequest):
    """A request as views get it that are not marked ``login_not_required``; for type hints."""

    user: User
    preferences: Preferences


def came_from(request: HttpRequest) -> str | None:
    """Return the page of ours that a person came from, as ``next`` tells."""
    given = request.POST.get("next") or request.GET.get("next") or ""
    ours = {request.get_host()}
    if url_has_allowed_host_and_scheme(given, ours, require_https=request.is_secure()):
        return given
    return None
