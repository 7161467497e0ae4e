"""Response headers that Django has no setting for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PolicyMiddleware(CSPMiddleware):
    """Write the content security policy: nearly all answers have the same, put together once."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        own = any(name.startswith("_csp") for name in (*vars(request), *vars(response)))
        if own or settings.DEBUG:
            return super().process_response(request, response)
        response.headers[HEADER] = _policy()
        return response


_policy = cache(build_policy)


class HeadersMiddleware:
    """Turn off browser features that no page uses, and forbid caching of pages.

    Portals may frame the one page that is for them, whatever goes wrong with it.

    Static files are answered by an earlier middleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        response.headers["Cache-Control"] = "private, no-store"
        if settings.FRAME_ANCESTORS and request.path == reverse("embed"):
            let_portals_frame(response)
        return response


def let_portals_frame(response: Any) -> None:
    """Let the portals that are named show a response in a frame; X-Frame-Options can name none."""
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": settings.FRAME_ANCESTORS}
