"""LOCAL_SIGN_IN: whether passwords of our own are a way in."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from dashboard.accounts.models import User
from tests.factories import PASSWORD, administrator
from tests.screen import Screen, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_passwords(settings: Settings) -> Settings:
    settings.LOCAL_SIGN_IN = False
    return settings


def post(path: str, name: str, password: str = PASSWORD) -> HttpResponse:
    return Client().post(path, {"username": name, "password": password})


def test_the_sign_in_page_asks_for_no_password_that_nobody_has(
    client: Client, no_passwords: Settings
) -> None:
    page = client.get("/accounts/login/")
    assert not Screen(page).all("input[type=password]")
    assert "Nobody signs in with a password here" in text_of(page)


@pytest.mark.parametrize("name", ["supervisor", "root"])
def test_a_password_that_is_sent_there_all_the_same_is_refused(
    supervisor: User, no_passwords: Settings, name: str
) -> None:
    administrator("root")
    assert post("/accounts/login/", name).status_code == 403


def test_superusers_sign_in_at_the_administration(no_passwords: Settings) -> None:
    administrator("root")
    assert post("/admin/login/", "root")["Location"] == "/admin/"


def test_nobody_else_does(supervisor: User, no_passwords: Settings) -> None:
    response = post("/admin/login/", "supervisor")
    assert response.status_code == 200
    assert "Please enter a correct username and password" in text_of(response)


def test_ten_wrong_passwords_close_the_name_there_too(no_passwords: Settings) -> None:
    administrator("root")
    statuses = [post("/admin/login/", "root", "wrong").status_code for _ in range(10)]
    assert statuses[-1] == 429


def test_who_is_in_by_a_password_is_out_once_passwords_are_no_way_in(
    client: Client, supervisor: User, settings: Settings
) -> None:
    client.force_login(supervisor)
    settings.LOCAL_SIGN_IN = False
    assert client.get("/accounts/preferences/").status_code == 302


def test_a_superuser_stays(client: Client, no_passwords: Settings) -> None:
    client.force_login(administrator())
    assert client.get("/accounts/preferences/").status_code == 200


def test_the_way_on_is_kept_and_leads_to_no_other_site(no_passwords: Settings) -> None:
    administrator("root")
    data = {"username": "root", "password": PASSWORD}
    for address, way_on in (
        ("/admin/accounts/user/", "/admin/accounts/user/"),
        ("//evil.example/", "/admin/"),
    ):
        response = Client().post("/admin/login/", {**data, "next": address})
        assert response["Location"] == way_on


def test_a_superuser_who_is_in_by_a_password_needs_no_form(
    client: Client, no_passwords: Settings
) -> None:
    client.force_login(administrator())
    assert client.get("/admin/login/").status_code == 403


@pytest.mark.parametrize("way", ["LOCAL_SIGN_IN", "REMOTE_USER_HEADER", "OIDC", "SAML"])
def test_the_check_warns_where_nobody_but_superusers_can_sign_in(
    settings: Settings, way: str
) -> None:
    settings.LOCAL_SIGN_IN, settings.REMOTE_USER_HEADER = False, ""
    settings.OIDC = settings.SAML = None
    [told] = [each for each in run_checks(tags=["security"]) if each.id == "accounts.W002"]
    assert "only superusers can sign in" in told.msg
    setattr(settings, way, "set")
    assert "accounts.W002" not in [each.id for each in run_checks(tags=["security"])]
