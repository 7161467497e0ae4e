from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache

if settings.OIDC:
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
