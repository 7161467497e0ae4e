"""Sessions that a company's service began: how long they last, and where they end too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from dashboard.accounts.models import User
from dashboard.accounts.retention import bound_strangers
from dashboard.accounts.sso.ways import Way

TRY_LASTS = timedelta(minutes=10)  # as long as allauth keeps what a try began with
LASTS = timedelta(hours=12)  # then the service says anew whether they may, and their groups
SIGN_OUT = "sign_out_at_service"  # in the session


def expect(request: HttpRequest) -> None:
    """Bound what a stranger's sign-ins, of which most never end, leave in the database."""
    if not request.user.is_authenticated:
        request.session.set_expiry(TRY_LASTS)
        bound_strangers()


def begin(
    request: HttpRequest, way: Way, person: User, link: str | None, sign_out: object
) -> HttpResponse:
    """Sign a person in and lead them on; ``sign_out`` is what their service needs for that."""
    login(request, person, backend=way.backend)
    request.session.set_expiry(timezone.now() + LASTS)
    request.session[SIGN_OUT] = sign_out
    return HttpResponseRedirect(link or reverse("home"))


def sign_out_address(request: HttpRequest) -> str:
    """Return where the service of this session signs out, empty where it does not."""
    kept = request.session.get(SIGN_OUT) or ""
    if isinstance(kept, str):
        return kept
    if not settings.SAML:
        return ""
    # Only now, for a request to sign out is good for minutes; and only where it is installed.
    from dashboard.accounts.sso.saml import sign_out_address

    return sign_out_address(request, kept)


def forget(request: HttpRequest, **_about: Any) -> None:
    """Forget what an earlier sign-in or a mere try set of a session that begins."""
    request.session.set_expiry(None)
    request.session.pop(SIGN_OUT, None)


def leave(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to another site by a page of ours.

    Browsers let a form lead only where the policy's form-action allows, by a redirect too.
    """
    return render(request, "registration/leaving.html", {"address": address})
