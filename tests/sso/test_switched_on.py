"""What of allauth is there once a sign-in service is set: what we use, and no more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.core.checks import run_checks
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from dashboard.environment import BASE_DIR
from dashboard.operations import health

KEYS = {
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "CREDENTIAL_KEYS": "dGVzdHMtb25seS0wMTIzNDU2Nzg5LWFiY2RlZmdoaWo=",
    "HTTPS": "0",
}
OIDC = {"OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}
WITHOUT_PACKAGE = """
import sys
sys.modules["allauth"] = None
"""
ADDRESSES = """
import django, os
os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
django.setup()
from django.urls import get_resolver
def every(resolver, start="/"):
    for each in resolver.url_patterns:
        address = start + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from every(each, address)
        else:
            yield address
print(*every(get_resolver()), sep="\\n")
assert [name for name in sys.modules if name.startswith("allauth")] == ["allauth"]
"""


def run(program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=BASE_DIR,
        env={**kept, **KEYS, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def routes(resolver: URLResolver | None = None, start: str = "/") -> Iterator[tuple[str, str]]:
    """Yield every address, with the module that answers it."""
    for each in (resolver or get_resolver()).url_patterns:
        address = f"{start}{each.pattern}"
        if isinstance(each, URLPattern):
            yield address, each.callback.__module__
        else:
            yield from routes(each, address)


def test_without_a_service_allauth_is_neither_needed_nor_loaded_and_with_one_few_addresses_come(
    db: None,
) -> None:
    off = run(WITHOUT_PACKAGE + ADDRESSES)
    assert off.returncode == 0, off.stderr
    on = dict(routes())
    assert sorted(on.keys() - set(off.stdout.split())) == [
        "/accounts/oidc/",
        "/accounts/oidc/callback/",
        "/accounts/saml/",
        "/accounts/saml/acs/",
        "/accounts/saml/finish/",
        "/accounts/saml/metadata/",
        "/accounts/saml/sign-out/",
    ]
    assert not [module for module in on.values() if module.startswith("allauth")]


def test_the_admin_shows_no_model_of_allauths(db: None) -> None:
    assert not [model for model in admin.site._registry if "allauth" in model.__module__]


def test_a_service_without_the_package_stops_the_start_with_one_line() -> None:
    done = run(f"{WITHOUT_PACKAGE}\nimport dashboard.settings", **OIDC)
    assert done.returncode == 1
    assert done.stderr == (
        "OIDC_ISSUER needs django-allauth, which is not installed: run make install, or"
        " .venv/bin/pip install 'django-allauth[saml,socialaccount]'\n"
    )


@pytest.mark.django_db
def test_a_database_from_before_is_not_ready_until_it_is_migrated(client: Client) -> None:
    health.check_migrated.cache_clear()
    MigrationRecorder.Migration.objects.filter(app="socialaccount").delete()
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"migrations missing")


def test_no_check_of_allauth_warns(db: None) -> None:
    found = {each.id or each.msg for each in run_checks(include_deployment_checks=True)}
    assert not [each for each in found if not each.startswith("security.")]
