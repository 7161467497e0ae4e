from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.socialaccount.internal import statekit
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from dashboard.accounts.requests import came_from
from dashboard.accounts.session_store import SessionStore
from dashboard.accounts.sso import identity, saml, sessions, ways
from dashboard.accounts.sso.people import person_of
from dashboard.accounts.sso.refusals import SignInRefused, answer

KEPT, KEPT_FOR = "saml_answer", timedelta(minutes=1)
SUBJECT_ID = "urn:oasis:names:tc:SAML:attribute:subject-id"


@login_not_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Lead to the identity provider."""
    sessions.expect(request)
    asking = saml.party(request)
    address = asking.login(return_to="")
    statekit.stash_state(
        request,
        provider_id=saml.entity_id(),
        state={"next": came_from(request)},
        state_id=asking.get_last_request_id(),
    )
    return sessions.leave(request, address)


@csrf_exempt
@login_not_required
@require_POST
def acs(request: HttpRequest) -> HttpResponse:
    """Take the identity provider's answer, and keep it for the browser's next request.

    This one comes from another site, so that it has no cookie of ours.
    """
    try:
        told = _read(saml.answered(request))
    except SignInRefused as refused:
        return answer(request, ways.saml(), refused)
    store = SessionStore()
    store[KEPT] = told
    store.set_expiry(KEPT_FOR)
    store.save()
    response = HttpResponseRedirect(reverse("saml_finish"))
    response.set_cookie(
        KEPT,
        store.session_key or "",
        path=response.url,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _read(found: Any) -> dict[str, Any]:
    attributes = found.get_attributes()
    return {
        "request": found.get_in_response_to(),
        "subject": next(iter(attributes.get(SUBJECT_ID, ())), found.get_nameid()),
        "attributes": attributes,
        "sign_out": {
            "name_id": found.get_nameid(),
            "name_id_format": found.get_nameid_format(),
            "nq": found.get_nameid_nq(),
            "spnq": found.get_nameid_spnq(),
            "session_index": found.get_session_index(),
        },
    }


@login_not_required
@require_GET
def finish(request: HttpRequest) -> HttpResponse:
    """Sign in whom the answer names that was kept, if this browser asked for it."""
    state: dict[str, Any] = {}
    store = SessionStore(request.COOKIES.get(KEPT))
    try:
        told: Any = store.get(KEPT)
        store.delete()
        state = _state(request, told)
        found = identity.of_attributes(saml.entity_id(), told["subject"], told["attributes"])
        person = person_of(found)
    except SignInRefused as refused:
        return answer(request, ways.saml(), refused, state.get("next") or "")
    return sessions.begin(request, ways.saml(), person, state.get("next"), told["sign_out"])


def _state(request: HttpRequest, told: dict[str, Any] | None) -> dict[str, Any]:
    """Return what this browser's sign-in began with, once. Raises SignInRefused."""
    if told is None:
        raise SignInRefused("begun elsewhere", "no answer")
    if not told["request"]:
        raise SignInRefused("begun elsewhere", "not asked for")
    issuer = saml.entity_id()
    state = statekit.unstash_state(request, provider_id=issuer, state_id=told["request"])
    if state is None:
        raise SignInRefused("begun elsewhere", "unknown request")
    return dict(state)


@login_not_required
@require_GET
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session where the identity provider ends its own; come back from a sign-out there."""
    if "SAMLRequest" not in request.GET:
        # The session here ended before the person left.
        return HttpResponseRedirect(reverse("login"))
    try:
        address = saml.signed_out(request)
    except SignInRefused as refused:
        return answer(request, ways.saml(), refused)
    if request.session.get(BACKEND_SESSION_KEY) == ways.saml().backend:
        logout(request)
    return HttpResponseRedirect(address)


@login_not_required
@require_GET
def metadata(request: HttpRequest) -> HttpResponse:
    """Tell the identity provider what it needs to know of the dashboard."""
    return HttpResponse(saml.own_metadata(request), content_type="application/samlmetadata+xml")
