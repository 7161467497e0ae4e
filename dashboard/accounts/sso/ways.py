"""The company's services that people can sign in with."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.urls import reverse


class Way(NamedTuple):
    """A service; ``name`` is empty where the operator gave none."""

    protocol: str
    name: str
    begin: str
    backend: str

    @property
    def address(self) -> str:
        """Where a sign-in begins, by POST."""
        return reverse(self.begin)


def oidc() -> Way:
    assert settings.OIDC
    backend = "dashboard.accounts.backends.OpenIdConnectBackend"
    return Way("OIDC", settings.OIDC.name, "oidc", backend)


def saml() -> Way:
    assert settings.SAML
    return Way("SAML", settings.SAML.name, "saml", "dashboard.accounts.backends.SamlBackend")


def offered() -> list[Way]:
    return [*([oidc()] if settings.OIDC else []), *([saml()] if settings.SAML else [])]
