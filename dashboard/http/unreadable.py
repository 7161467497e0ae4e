"""Answer an unreadable request with 400 before any other middleware reads it.

Django notices it late, and its error page reads the request again.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest, DisallowedHost, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils.log import log_response
from django.utils.translation import get_language_from_request, override
from django.views.defaults import bad_request

GetResponse = Callable[[HttpRequest], HttpResponseBase]
# Too large, too many fields, cut off, not a form, in an unknown charset.
UNREADABLE = (
    BadRequest, MultiPartParserError, SuspiciousOperation, LookupError, OSError, ValueError,
)  # fmt: skip
LONGEST_HOST = 100  # characters of it in the log


class HostMiddleware:
    """Refuse a Host that is not in ALLOWED_HOSTS; log one line."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost as error:
            host = request.headers.get("host", "")[:LONGEST_HOST]
            return _refused(request, error, "Not one of ALLOWED_HOSTS: %r", host)
        return self.get_response(request)


class BodyMiddleware:
    """Refuse a form that cannot be read. Place it before every middleware that reads forms."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            request.POST  # noqa: B018
        except UNREADABLE as error:
            request.POST = QueryDict()
            return _refused(request, error, "A form at %s cannot be read", request.path)
        return self.get_response(request)


def _refused(request: HttpRequest, error: Exception, words: str, about: str) -> HttpResponse:
    # LocaleMiddleware runs later.
    with override(get_language_from_request(request)):
        response = bad_request(request, error)
    log_response(words, about, response=response, request=request)
    return response
