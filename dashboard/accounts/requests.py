from __future__ import annotations

import re

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from dashboard.accounts.models import Preferences, User


class HtmxRequest(HttpRequest):
    """A request as django-htmx's middleware leaves it; for type hints."""

    htmx: HtmxDetails
    is_framed: bool  # in a portal's frame


class SignedInRequest(HtmxRequest):
    """A request as views get it that are not marked ``login_not_required``; for type hints."""

    user: User
    preferences: Preferences


LONGEST_NEXT = 8190  # characters; servers take no longer request line


def came_from(request: HttpRequest) -> str | None:
    """Return the page of ours that ``next`` names, with its filters and fragment."""
    given = request.POST.get("next") or request.GET.get("next") or ""
    # Only what stands before the query says which site it is, and Django's check refuses addresses
    # above 2,048 characters, which a long list of agents has.
    place = re.split("[?#]", given, maxsplit=1)[0]
    ours = {request.get_host()}
    if len(given) > LONGEST_NEXT:
        return None
    if url_has_allowed_host_and_scheme(place, ours, require_https=request.is_secure()):
        return given
    return None
