from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

if settings.OIDC:
    from tests.sso.identity_provider import IdentityProvider
    from tests.sso.provider import Provider
else:
    # allauth is installed by TESTS_SSO=1 alone: make on-sso.
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def running() -> Provider:
    return Provider()


@pytest.fixture
def provider(running: Provider, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The provider of OIDC_ISSUER, which the product calls without sockets."""
    cache.clear()  # of what the log has just told
    running.take_calls(monkeypatch)
    return running


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> IdentityProvider:
    return IdentityProvider(tmp_path_factory.mktemp("idp"))


@pytest.fixture
def idp(founded: IdentityProvider, db: None, settings: Settings) -> IdentityProvider:
    """The identity provider of SAML_METADATA_FILE; each of the two has the other's metadata."""
    from dashboard.environment.saml_metadata import provider as described

    cache.clear()  # of what the log has just told
    settings.SAML = replace(settings.SAML, provider=described(founded.metadata))
    return _acquainted(founded)


@pytest.fixture(scope="session")
def other_key(tmp_path_factory: pytest.TempPathFactory) -> IdentityProvider:
    return IdentityProvider(tmp_path_factory.mktemp("impostor"))


@pytest.fixture
def impostor(other_key: IdentityProvider, idp: IdentityProvider) -> IdentityProvider:
    """Somebody with the name of the identity provider, and another key."""
    return _acquainted(other_key)


def _acquainted(idp: IdentityProvider) -> IdentityProvider:
    if not hasattr(idp, "server"):
        idp.know(Client().get("/accounts/saml/metadata/").content)
    return idp
