"""Who reads: the person of the token that a request carries, and nobody by a session."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appoints.pages.refusals import Refusal
from dashboard.accounts import metrics
from dashboard.accounts.models import Token
from dashboard.accounts.requests import SignedInRequest
from dashboard.accounts.token_check import Reason, TokenRefused, token_of
from dashboard.audit.log import Target, record_once
from dashboard.audit.models import Event
from dashboard.audit.origin import Origin, address_of

NO_TOKEN = _("Send a token in the header “Authorization: Bearer …”. People make their own.")
WHY: dict[Reason, tuple[int, str, str | Promise]] = {
    "unknown": (
        HTTPStatus.UNAUTHORIZED,
        "unknown_token",
        _("This token is not known, or was revoked."),
    ),
    "expired": (HTTPStatus.UNAUTHORIZED, "expired_token", _("The time of this token is over.")),
    "inactive": (
        HTTPStatus.UNAUTHORIZED,
        "inactive_person",
        _("The person of this token is not active."),
    ),
    "address": (
        HTTPStatus.FORBIDDEN,
        "wrong_address",
        _("This token is not good from this address."),
    ),
}


class ApiRequest(SignedInRequest):
    """A request whose person and token are known; for type hints."""

    token: Token


class Unauthorised(Exception):
    """Nobody reads with this request, or not now."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.code)
        self.why = why


def authenticated(request: HttpRequest) -> Token:
    """Return the token of a request, which counts among its calls. Raises Unauthorised."""
    text = _sent(request)
    if text is None:
        raise Unauthorised(Refusal(HTTPStatus.UNAUTHORIZED, "no_token", [str(NO_TOKEN)]))
    try:
        token = token_of(text, address_of(request))
    except TokenRefused as refused:
        metrics.token_refused()
        _record(request, refused)
        status, code, words = WHY[refused.reason]
        raise Unauthorised(Refusal(status, code, [str(words)])) from None
    if not token.count_call(settings.API_PER_MINUTE):
        raise Unauthorised(_too_often())
    return token


def _sent(request: HttpRequest) -> str | None:
    """Return what stands after "Bearer" in the request's header, None where nothing does."""
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() or None if scheme.lower() == "bearer" else None


def _too_often() -> Refusal:
    words = _("At most %s requests a minute are answered for a token.") % settings.API_PER_MINUTE
    seconds = 60 - timezone.now().second
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", [words], retry_after=seconds)


def _record(request: HttpRequest, refused: TokenRefused) -> None:
    """Record a token that was refused, once for many tries; what is no token is nobody's."""
    token = refused.token
    if token is not None:
        person = token.person
        way, address = Event.Way.API, address_of(request)
        origin = Origin(person.pk, person.get_username(), address, way)
        target, details = Target("token", str(token.pk), str(token)), {"refused": refused.reason}
        record_once(origin, Event.Action.SIGN_IN_FAILED, target, details, same=refused.reason)
