"""The company's own sign-in services: OpenID Connect and SAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from dashboard.environment.variables import value_of

OIDC_NAMES = (
    "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME", "OIDC_GROUPS_CLAIM",
)  # fmt: skip
SAML_NAMES = ("SAML_METADATA", "SAML_ENTITY_ID", "SAML_NAME")
NAMES = (*OIDC_NAMES, *SAML_NAMES)
LONGEST_ISSUER = 190  # characters, with which allauth stores whom a service knows
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class OpenIdConnect:
    """A provider, and as whom it knows the dashboard; ``name`` may be empty."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = ""
    groups_claim: str = "groups"


@dataclass(frozen=True, slots=True)
class Saml:
    """An identity provider, as its metadata describe it; what is empty has a default."""

    provider: dict[str, Any] = field(repr=False)
    entity_id: str = ""
    name: str = ""


def openid_connect() -> OpenIdConnect | None:
    """Return the provider, None where there is none. Raises ImproperlyConfigured."""
    issuer, *rest = (value_of(name) for name in OIDC_NAMES)
    client_id, client_secret, name, groups_claim = rest
    if not issuer:
        if any(rest):
            raise ImproperlyConfigured(
                "OIDC_ISSUER is not set: set it to the provider's address, such as"
                " https://id.example/realms/company"
            )
        return None
    _check_issuer(issuer)
    for variable, value in zip(OIDC_NAMES[1:3], (client_id, client_secret), strict=True):
        if not value:
            raise ImproperlyConfigured(
                f"{variable} is not set: the provider gives it to whoever registers the dashboard"
            )
    _check_installed("OIDC_ISSUER", "allauth", "requests", "jwt")
    return OpenIdConnect(issuer, client_id, client_secret, name, groups_claim or "groups")


def saml() -> Saml | None:
    """Return the identity provider, None where there is none. Raises ImproperlyConfigured."""
    metadata, *rest = (value_of(name) for name in SAML_NAMES)
    if not metadata:
        if any(rest):
            raise ImproperlyConfigured(
                "SAML_METADATA_FILE is not set: set it to the path of the identity provider's"
                " metadata"
            )
        return None
    _check_installed("SAML_METADATA_FILE", "allauth", "onelogin", "xmlsec")
    from dashboard.environment.saml_metadata import provider

    return Saml(provider(metadata), *rest)


def _check_issuer(issuer: str) -> None:
    parts = urlsplit(issuer)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not (safe and parts.hostname) or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            "OIDC_ISSUER must be the provider's https:// address, without ? and #: the one before"
            " /.well-known/openid-configuration"
        )
    if len(issuer) > LONGEST_ISSUER:
        raise ImproperlyConfigured(f"OIDC_ISSUER is longer than {LONGEST_ISSUER} characters")


def _check_installed(variable: str, *packages: str) -> None:
    if not all(map(find_spec, packages)):
        raise ImproperlyConfigured(
            f"{variable} needs django-allauth, which is not installed: run make install, or"
            " .venv/bin/pip install 'django-allauth[saml,socialaccount]'"
        )
