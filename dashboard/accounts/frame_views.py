"""The pages by which a portal's frame gets its session; see ``frames``."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from dashboard.accounts import frames
from dashboard.accounts.requests import SignedInRequest


@require_safe
def allow(request: SignedInRequest) -> HttpResponse:
    """Give a code to the frame that opened this tab, of somebody who is signed in."""
    if not settings.FRAME_ANCESTORS or request.session.session_key is None:
        raise Http404
    code = frames.offer(request.session.session_key)
    response = render(request, "dashboard/frame_allowed.html", {"code": code})
    # Else the tab would not know the frame that opened it. Its message is for our own pages only.
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@csrf_exempt  # in a frame no browser sends the cookie that this needs; the origin says the same
@login_not_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Give a cookie to a frame that has a code."""
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        raise PermissionDenied
    value = frames.begin(request.POST.get("code", "")) if settings.FRAME_ANCESTORS else None
    if value is None:
        raise PermissionDenied
    response = HttpResponse(status=204)
    frames.set_cookie(response, value)
    return response
