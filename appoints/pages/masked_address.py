"""Keep numbers in full out of the addresses of people who may not see them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import ResolverMatch, is_valid_path

from appoints.access.rights import SEE_NUMBERS
from appoints.forms.numbers import NUMBER, as_allowed

ELSEWHERE = ("admin", "audit")  # where a parameter of this name means something else


class MaskedAddressMiddleware:
    """Put a token in place of a number, before any page repeats the address that it was asked by.

    Also for whoever has not signed in yet, whose address goes through the page to sign in.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        response = self.get_response(request)
        if request.resolver_match is None:
            # CommonMiddleware leads from an address without its last slash to the one with it.
            _mask(request, is_valid_path(f"{request.path_info}/") or None)
        return response

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Change the request's parameters and its own address."""
        _mask(request, request.resolver_match)


def _mask(request: HttpRequest, match: ResolverMatch | None) -> None:
    if NUMBER not in request.GET or (match and match.app_name in ELSEWHERE):
        return
    if not request.user.has_perm(SEE_NUMBERS):
        query = as_allowed(request.GET, masked=True).urlencode()
        request.META["QUERY_STRING"] = query
        request.GET = QueryDict(query)
