from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from dashboard.accounts.requests import came_from
from dashboard.accounts.sso import identity, sessions, ways
from dashboard.accounts.sso.oidc import Adapter, Provider, described, understood
from dashboard.accounts.sso.people import person_of
from dashboard.accounts.sso.refusals import SignInRefused, answer

LONGEST_HINT = 4_000  # characters of an ID token that an address may hold


@login_not_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Lead to the provider."""
    link = came_from(request)
    sessions.expect(request)
    try:
        with understood():
            address = Provider(request).address(link)
    except SignInRefused as refused:
        return answer(request, ways.oidc(), refused, link or "")
    return sessions.leave(request, address)


@login_not_required
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Sign in whom the provider sends back."""
    state: Mapping[str, Any] = {}
    try:
        state = _state(request)
        adapter = Adapter(request)
        with understood():
            tokens = _tokens(request, adapter, state)
            claims = adapter.claims(tokens, state["nonce"])
            found = identity.of_claims(described().issuer, claims, described().groups_claim)
            sign_out = _sign_out(request, adapter, tokens)
        person = person_of(found)
    except SignInRefused as refused:
        return answer(request, ways.oidc(), refused, state.get("next") or "")
    return sessions.begin(request, ways.oidc(), person, state.get("next"), sign_out)


def _state(request: HttpRequest) -> Mapping[str, Any]:
    """Return what this browser's sign-in began with, once. Raises SignInRefused."""
    try:
        stored = Provider(request).unstash_redirect_state(request, request.GET.get("state", ""))
    except PermissionDenied:
        raise SignInRefused("begun elsewhere", "unknown state") from None
    return dict(stored)


def _tokens(request: HttpRequest, adapter: Adapter, state: Mapping[str, Any]) -> Mapping[str, Any]:
    if error := request.GET.get("error"):
        known = error == adapter.login_cancelled_error
        raise SignInRefused("cancelled" if known else "invalid", f"error: {error[:40]}")
    if not request.GET.get("code"):
        raise SignInRefused("invalid", "no code")
    if request.GET.get("iss", adapter.openid_config["issuer"]) != adapter.openid_config["issuer"]:
        raise SignInRefused("invalid", "wrong issuer")
    app = adapter.get_provider().app
    client = adapter.get_client(request, app)
    verifier = state["pkce_code_verifier"]
    tokens = adapter.get_access_token_data(request, app, client, pkce_code_verifier=verifier)
    return dict(tokens)


def _sign_out(request: HttpRequest, adapter: Adapter, tokens: Mapping[str, Any]) -> str:
    if not (address := adapter.sign_out_address):
        return ""
    back = request.build_absolute_uri(reverse("login"))
    about = {"client_id": described().client_id, "post_logout_redirect_uri": back}
    if len(tokens["id_token"]) <= LONGEST_HINT:
        about["id_token_hint"] = tokens["id_token"]
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}{urlencode(about)}"
