"""Sign-ins that fail: what the person is told, and what the log keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from dashboard.accounts.models import User
from dashboard.accounts.signals import sign_in_refused
from dashboard.accounts.sso.ways import Way

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class SignInRefusal(NamedTuple):
    words: _StrPromise
    status: int = 403


REFUSALS = {
    "silent": SignInRefusal(
        _("The sign-in service does not answer. Try again in a few minutes."), 503
    ),
    "nonsense": SignInRefusal(_("The sign-in service gave an answer that makes no sense."), 502),
    "invalid": SignInRefusal(_("The answer of the sign-in service is not valid.")),
    "begun elsewhere": SignInRefusal(
        _("This sign-in was begun elsewhere, was used already, or took more than ten minutes.")
    ),
    "cancelled": SignInRefusal(
        _("The sign-in was cancelled, or the service does not let you in here.")
    ),
    "inactive": SignInRefusal(_("Your account here is closed.")),
    "name": SignInRefusal(
        _("The sign-in service names you in a way that no account here can have.")
    ),
    "taken": SignInRefusal(
        _("An account of your name exists here, and is not linked to your sign-in service.")
    ),
    "no groups": SignInRefusal(_("The sign-in service does not say which groups you are in.")),
    "too many groups": SignInRefusal(
        _("You are in more groups than the sign-in service tells of, so your rights are unknown.")
    ),
}


class SignInRefused(Exception):
    """Somebody is not let in. The log keeps the cause, which is no secret, and the name."""

    def __init__(self, kind: str, cause: str = "", name: str = "") -> None:
        super().__init__(kind, cause)
        self.kind, self.cause, self.name = kind, cause or kind, name


def answer(request: HttpRequest, way: Way, refused: SignInRefused, link: str = "") -> HttpResponse:
    """Record a refusal and say it in words; the page offers all ways in again, on to a link."""
    told = {"name": refused.name, "reason": refused.cause, "way": way.protocol}
    sign_in_refused.send(User, request=request, **told)
    words, status = REFUSALS[refused.kind]
    context = {"refusal": words, "next": link}
    return render(request, "registration/not_signed_in.html", context, status=status)
