"""``oidc-provider-mock`` in this process, and what a browser does between it and the dashboard."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
import requests
from django.http import HttpResponse
from django.test import Client
from joserfc._rfc7518.rsa_key import RSABinding
from werkzeug.test import Client as Caller

from tests.screen import Screen

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of libraries that have a newer name
    import oidc_provider_mock
    from oidc_provider_mock._storage import storage

ISSUER = "https://id.example"
read_key = RSABinding.import_private_key
KEYS: dict[str, Any] = {}


def read_key_once(described: Any) -> Any:
    if described["n"] not in KEYS:
        KEYS[described["n"]] = read_key(described)
    return KEYS[described["n"]]


# The provider reads its key anew for each token, which would take most of a sign-in.
RSABinding.import_private_key = read_key_once
Change = Callable[[dict[str, Any]], Any]


class Provider:
    """The provider. ``changes`` are by the last word of a path: what it answers instead."""

    def __init__(self) -> None:
        self.app = oidc_provider_mock.app(require_nonce=True)
        self.changes: dict[str, Change] = {}
        self.asked: list[requests.PreparedRequest] = []

    def take_calls(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer every call of the product, which reaches nobody else."""
        self.changes, self.asked = {}, []
        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", self._send)

    def _send(self, request: requests.PreparedRequest, **_how: Any) -> requests.Response:
        self.asked.append(request)
        headers = {**request.headers}
        given = self._ask(request.method, request.path_url, data=request.body, headers=headers)
        content = given.get_data()
        change = self.changes.get(urlsplit(request.path_url).path.rpartition("/")[2])
        if change:
            content = json.dumps(change(json.loads(content))).encode()
        return _response(request, given.status_code, {**given.headers}, content)

    def _ask(self, method: str | None, path: str, **about: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the provider's own libraries
            return Caller(self.app).open(path, method=method, base_url=ISSUER, **about)

    def person(self, subject: str, **claims: Any) -> str:
        """Let the provider know a person, or know them anew."""
        self._ask("PUT", f"/users/{subject}", json=claims)
        return subject

    def allow(self, address: str, subject: str) -> str:
        """Let a person agree to a sign-in; return where the provider sends them."""
        given = self._ask("POST", address.removeprefix(ISSUER), data={"sub": subject})
        assert given.status_code == 302, given.get_data(as_text=True)
        return str(given.location)

    def signed(self, claims: dict[str, Any]) -> str:
        """Return an ID token of these claims, signed by the provider."""
        with self.app.test_request_context(base_url=ISSUER):
            self.app.preprocess_request()
            key = read_key_once(storage.jwk.as_dict(is_private=True))
        return jwt.encode(claims, key, "RS256")

    def say(self, **claims: Any) -> None:
        """Let the next ID tokens say something else; a claim that is None is left out."""

        def change(answer: dict[str, Any]) -> dict[str, Any]:
            said = {**claims_of(answer["id_token"]), **claims}
            kept = {name: value for name, value in said.items() if value is not None}
            return {**answer, "id_token": self.signed(kept)}

        self.changes["token"] = change


def claims_of(id_token: str) -> dict[str, Any]:
    return jwt.decode(id_token, options={"verify_signature": False})


def begin(browser: Client, link: str = "") -> str:
    """Press the button of the sign-in page; return where it leads."""
    page = browser.post("/accounts/oidc/", {"next": link})
    assert page.status_code == 200, page
    return address_of(page)


def address_of(page: HttpResponse) -> str:
    """Return where a page leads by itself."""
    [told] = Screen(page).values("meta[http-equiv=refresh]", "content")
    [link] = Screen(page).links("main a.btn")
    assert told == f"0;url={link}"
    return link


def parameters(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def come_back(browser: Client, address: str) -> HttpResponse:
    """Follow the provider back to the dashboard."""
    return browser.get(re.sub("^http://testserver", "", address))


def sign_in(browser: Client, provider: Provider, subject: str, link: str = "") -> HttpResponse:
    return come_back(browser, provider.allow(begin(browser, link), subject))


def _response(
    request: requests.PreparedRequest, status: int, headers: dict[str, str], content: bytes
) -> requests.Response:
    made = requests.Response()
    made.status_code, made.request, made.url = status, request, request.url or ""
    made.headers.update(headers)
    made.raw = io.BytesIO(content)
    return made
