"""OpenID Connect: the provider's metadata, and the claims of its ID token."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from dashboard.accounts.sso.refusals import SignInRefused
from dashboard.concurrency import LIMIT
from dashboard.environment.single_sign_on import OpenIdConnect

logger = logging.getLogger(__name__)

# Not those with a shared secret.
ALGORITHMS = [f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)]
ALGORITHMS.append("EdDSA")
REQUIRED = ["iss", "sub", "aud", "exp", "iat"]
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
METADATA_KEPT_FOR = 600  # seconds; every stranger can begin a sign-in
LEEWAY = 60  # seconds that two clocks may differ
CAUSES: dict[type[jwt.PyJWTError], str] = {
    jwt.ExpiredSignatureError: "expired",
    jwt.ImmatureSignatureError: "not valid yet",
    jwt.InvalidAudienceError: "wrong audience",
    jwt.InvalidIssuerError: "wrong issuer",
    jwt.InvalidSignatureError: "wrong signature",
    jwt.InvalidAlgorithmError: "wrong algorithm",
}


def described() -> OpenIdConnect:
    """Return the provider that is set; only where one is."""
    assert settings.OIDC
    return settings.OIDC


class Adapter(OpenIDConnectOAuth2Adapter):
    """The provider of OIDC_ISSUER, for one request."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, described().issuer)

    def get_provider(self) -> Provider:
        return Provider(self.request)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("oidc_callback"))

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        """The provider's metadata, at most ten minutes old. Raises SignInRefused."""
        key = f"oidc.{described().issuer}"
        found: dict[str, Any] | None = cache.get(key)
        if found is None:
            found = self._metadata()
            cache.set(key, found, METADATA_KEPT_FOR)
        return found

    def _metadata(self) -> dict[str, Any]:
        found = _json(self.get_provider().server_url)
        if str(found.get("issuer")).rstrip("/") != described().issuer.rstrip("/"):
            raise SignInRefused("nonsense", "metadata of another issuer")
        schemes = {"https", urlsplit(described().issuer).scheme}
        for name in NEEDED:
            if urlsplit(str(found.get(name))).scheme not in schemes:
                raise SignInRefused("nonsense", f"metadata without {name}")
        return found

    @property
    def sign_out_address(self) -> str:
        """Where the provider ends its own session, empty where it does not offer that."""
        found = self.openid_config.get("end_session_endpoint")
        return found if isinstance(found, str) and found.startswith(("https:", "http:")) else ""

    def claims(self, tokens: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """Return what the provider says of the person. Raises SignInRefused.

        What the ID token does not say is asked for; what it says stands, for it is signed.
        """
        found = self._verified(tokens["id_token"])
        if found.get("nonce") != nonce:
            raise SignInRefused("invalid", "wrong nonce")
        if found.get("azp", described().client_id) != described().client_id:
            raise SignInRefused("invalid", "wrong audience")
        if not self.openid_config.get("userinfo_endpoint"):
            return found
        more = _json(self.profile_url, tokens["access_token"])
        if more.get("sub") != found["sub"]:
            raise SignInRefused("invalid", "user info of another person")
        return {**more, **found}

    def _verified(self, id_token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(id_token)
            if header["alg"] not in ALGORITHMS:
                raise SignInRefused("invalid", "wrong algorithm")
            key = self._key(header.get("kid"))
            return jwt.decode(
                id_token,
                key,
                ALGORITHMS,
                options={"require": REQUIRED},
                audience=described().client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY,
            )
        except jwt.PyJWTError as error:
            raise SignInRefused("invalid", CAUSES.get(type(error), "ID token not valid")) from error

    def _key(self, key_id: str | None) -> jwt.PyJWK:
        keys = jwt.PyJWKSet.from_dict(_json(self.openid_config["jwks_uri"])).keys
        for key in keys:
            if key.key_id == key_id or (key_id is None and len(keys) == 1):
                return key
        raise SignInRefused("invalid", "signed with an unknown key")


def check_provider() -> None:
    """Read the provider's metadata and keys. Raises SignInRefused."""
    with understood():
        jwt.PyJWKSet.from_dict(_json(Adapter(HttpRequest()).openid_config["jwks_uri"]))


class Provider(OpenIDConnectProvider):
    """allauth's provider, as the environment describes it."""

    oauth2_adapter_class = Adapter

    def __init__(self, request: HttpRequest) -> None:
        oidc = described()
        how = {"server_url": oidc.issuer.rstrip("/"), "oauth_pkce_enabled": True}
        app = SocialApp(
            provider=self.id,
            provider_id=oidc.issuer,
            client_id=oidc.client_id,
            secret=oidc.client_secret,
            settings=how,
        )
        super().__init__(request, app=app)

    def get_oauth2_adapter(self, request: HttpRequest) -> Adapter:
        return Adapter(request)

    def address(self, link: str | None) -> str:
        """Return where a sign-in begins; what it must come back with is in the session."""
        nonce = secrets.token_urlsafe(24)
        adapter = self.get_oauth2_adapter(self.request)
        scope = self.get_default_scope()
        if "groups" in (adapter.openid_config.get("scopes_supported") or ()):
            scope.append("groups")
        redirect = self.redirect(
            self.request, "login", link, scope=scope, auth_params={"nonce": nonce}, nonce=nonce
        )
        return str(redirect.url)


@contextmanager
def understood() -> Iterator[None]:
    """Raise SignInRefused for whatever a provider may do instead of its part.

    It may take long, while other requests are answered.
    """
    try:
        with LIMIT.released():
            yield
    except OAuth2Error as error:
        # Not its words: they may hold a token.
        told = re.search(r'"error"\s*:\s*"(\w{1,40})"', str(error))
        raise SignInRefused("invalid", told[1] if told else "no token given") from error
    except requests.JSONDecodeError as error:
        raise SignInRefused("nonsense", "no JSON") from error
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        _log(error, f"status {status}")
        raise SignInRefused(
            "silent" if status >= 500 else "nonsense", f"status {status}"
        ) from error
    except requests.RequestException as error:
        _log(error, _system_words(error) or type(error).__name__)
        raise SignInRefused("silent", type(error).__name__) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # Anything may stand where its specification promises something else.
        raise SignInRefused("nonsense", type(error).__name__) from error


def _log(error: requests.RequestException, cause: str) -> None:
    """Tell the operator where the provider failed, without the query, and why."""
    parts = urlsplit(str(error.request.url) if error.request else described().issuer)
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    logger.error("OIDC: asking %s failed: %s", address, cause)


def _system_words(error: BaseException | None) -> str:
    """Return what the system said first, such as "Connection refused"; empty where it did not."""
    words = ""
    while error:
        words = (isinstance(error, OSError) and error.strerror) or words
        error = error.__cause__ or error.__context__
    return words


def _json(address: str, token: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else None
    with get_adapter().get_requests_session() as session:
        response = session.get(address, headers=headers)
    response.raise_for_status()
    found = response.json()
    if not isinstance(found, dict):
        raise SignInRefused("nonsense", "no JSON object")
    return found
