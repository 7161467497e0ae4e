"""No parameter and no header that tells where to go leads to another site."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from dashboard.accounts.models import User
from tests.access.centre import Centre
from tests.access.test_every_address import REQUESTS
from tests.access.ways_away import TRICKS, away_of, site_of
from tests.factories import PASSWORD, administrator, browser_of

LOGIN = "/accounts/login/"
NAMED = {"username": "supervisor", "password": PASSWORD}


class Way(NamedTuple):
    """A request that says where to go: by a form, or by the address."""

    address: str
    form: dict[str, str] | None = None
    is_new: bool = True  # whether the form is of a page that was opened in this session

    def tried(self, trick: str, cookies: SimpleCookie) -> Any:
        """Return the answer to a trick; what it changed is taken back."""
        browser = Client(enforce_csrf_checks=not self.is_new)
        browser.cookies.load(cookies.output("", ""))
        headers = {"Referer": trick, "HX-Current-URL": trick, "X-Forwarded-Host": "evil.example"}
        send = browser.get if self.form is None else browser.post
        with transaction.atomic():
            response = send(self.address, {"next": trick, **(self.form or {})}, headers=headers)
            transaction.set_rollback(True)
        return response

    def tries(self, cookies: SimpleCookie) -> dict[str, list[str]]:
        """Return where the tricks lead that lead to another site.

        What only opens a page hands the word on to the form that is sent: a few of them tell.
        """
        tricks = TRICKS[::6] if self.form is None else TRICKS
        answers = {trick: self.tried(trick, cookies) for trick in tricks}
        assert {each.status_code for each in answers.values()} <= {200, 302, 303}
        return {trick: away for trick, each in answers.items() if (away := away_of(each))}


SIGNED_IN = [
    Way(LOGIN),
    Way(LOGIN, {}, is_new=False),
    Way("/accounts/logout/", {}),
    Way("/accounts/preferences/", {"time_zone": ""}),
    Way("/columns/", {"column": "state", "up": "state"}),
]
STRANGER = [
    Way(LOGIN),
    Way(LOGIN, NAMED),
    Way("/admin/login/"),
    Way("/accounts/language/"),
    Way("/accounts/language/", {"language": "es"}),
]


@pytest.mark.parametrize("way", SIGNED_IN)
def test_nobody_who_is_signed_in_is_led_away(supervisor: User, way: Way) -> None:
    assert way.tries(browser_of(supervisor).cookies) == {}


@pytest.mark.parametrize("way", STRANGER)
def test_nobody_who_signs_in_is_led_away(supervisor: User, way: Way) -> None:
    assert way.tries(SimpleCookie()) == {}


def test_the_administrators_own_sign_in_leads_nobody_away(db: None, settings: Settings) -> None:
    settings.LOCAL_SIGN_IN = False
    administrator("supervisor")
    assert Way("/admin/login/", NAMED).tries(SimpleCookie()) == {}


# Names under which other sites take an address.
NAMES = ("next", "url", "redirect", "redirect_to", "return", "return_to", "back", "continue")


def test_no_other_address_asks_where_to_go(place: Centre) -> None:
    away = dict.fromkeys(NAMES, "//evil.example/x")
    headers = {"Referer": "//evil.example/x", "HX-Current-URL": "https://evil.example/"}
    asked = {each for each in REQUESTS if "?" not in each.address}
    found = {each: away_of(each.by("superuser", place, away, headers)) for each in asked}
    assert {each: leads for each, leads in found.items() if leads} == {}


def test_there_are_fifty_tricks() -> None:
    assert len(set(TRICKS)) >= 50


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("/appoints/?q=//evil.example#//evil.example", "testserver"),
        ("http://testserver/x", "testserver"),
        ("?next=https://evil.example", "testserver"),
        ("/\t/evil.example/x", "evil.example"),
        ("\\\\testserver@evil.example?x", "evil.example"),
        ("java\nscript:x", "javascript:"),
    ],
)
def test_these_tests_know_where_a_browser_lands(address: str, site: str) -> None:
    assert site_of(address) == site
