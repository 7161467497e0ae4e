"""The person's preferences in every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from dashboard.accounts.models import Preferences
from dashboard.accounts.requests import SignedInRequest


class PreferencesMiddleware:
    """Set ``request.preferences``, and activate the language that the person chose."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own = Preferences.of(request.user)
        cast(SignedInRequest, request).preferences = own
        if own.language in dict(settings.LANGUAGES):
            translation.activate(own.language)
        return self.get_response(request)
