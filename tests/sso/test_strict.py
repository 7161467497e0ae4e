"""A sign-in with npm's oidc-provider, over sockets; it demands PKCE and all that is standard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from dashboard.accounts.models import User
from dashboard.environment.ways_in import GroupMap
from tests.factories import team_called
from tests.sso.provider import address_of, begin
from tests.sso.strict_provider import StrictProvider, running
from tests.sso.test_oidc import causes, is_refused

LINK = "/appoints/?state=due&agent=101"


@pytest.fixture(scope="module")
def process() -> Iterator[StrictProvider]:
    with running() as provider:
        yield provider


@pytest.fixture
def strict(process: StrictProvider, settings: Settings, db: None) -> StrictProvider:
    cache.clear()  # of what the log has just told
    settings.OIDC = replace(settings.OIDC, issuer=process.issuer)
    settings.GROUP_MAP = GroupMap(teams={"sales": frozenset({"north"})}, roles={})
    return StrictProvider(process.issuer)


def test_people_sign_in_with_their_groups_and_out_again(
    client: Client, strict: StrictProvider
) -> None:
    north = team_called("North")
    assert client.get(strict.allow(begin(client, LINK), "ana+sales"))["Location"] == LINK
    ana = User.objects.get()
    assert (ana.username, ana.email) == ("ana", "ana@example.org")
    assert list(north.members.all()) == [ana]
    back = strict.sign_out(address_of(client.post("/accounts/logout/")))
    assert back == "/accounts/login/"
    assert SESSION_KEY not in client.session


def test_a_code_is_good_once_and_with_its_own_verifier(
    client: Client, strict: StrictProvider
) -> None:
    first, second = begin(client), begin(client)
    stolen = strict.allow(first, "ana").partition("code=")[2].partition("&")[0]
    state = second.partition("state=")[2].partition("&")[0]
    response = client.get(f"/accounts/oidc/callback/?code={stolen}&state={state}")
    assert is_refused(response, "The answer of the sign-in service is not valid")
    assert causes() == ["invalid_grant"]
