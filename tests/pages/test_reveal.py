"""A masked number is shown in full to whoever has the right, once, for a reason, and logged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from appoints.access.reveal import record_reveal
from dashboard.accounts.models import User
from dashboard.audit.models import Event
from dashboard.audit.origin import Origin
from dashboard.audit.tokens import number_token
from tests.factories import at_hand, browser_of, connection_to, person, raw
from tests.screen import Screen, content_of, text_of

NUMBER = "13900000001"
PLACE = f"/appoints/{1:030}/reveal/"
REASON = {"reason": "The customer asked for a call back."}


@pytest.fixture
def ana(db: None) -> User:
    """Somebody whose numbers are masked, and who may reveal one."""
    at_hand(connection_to(), [*map(raw, range(3)), raw(3, calledNo=None)])
    return person("ana", rights=("reveal_number",))


@pytest.fixture
def browser(ana: User) -> Client:
    return browser_of(ana)


def reveals() -> list[Event]:
    return list(Event.objects.filter(action=Event.Action.REVEAL))


def test_the_form_on_the_reservation_leads_to_the_number(browser: Client) -> None:
    page = browser.get(f"/appoints/{1:030}/?number={NUMBER}")
    [action] = Screen(page).values("form.reveal", "action")
    assert NUMBER not in action
    response = browser.post(action, REASON)
    assert response.status_code == 200
    assert Screen(response).texts(".revealed") == [NUMBER]
    assert NUMBER not in "".join(Screen(response).links("a"))
    assert "no-store" in response["Cache-Control"]


def test_the_log_has_who_why_and_the_number_as_a_token_only(browser: Client, ana: User) -> None:
    browser.post(PLACE, {"reason": f"{NUMBER} complained"})
    [event] = reveals()
    assert (event.person, event.object_id) == (ana.pk, f"{1:030}")
    assert event.details["reason"] == "••••••••001 complained"
    assert number_token(NUMBER) in event.numbers
    assert NUMBER not in str(Event.objects.values())


def test_the_number_stays_masked_on_the_reservation_afterwards(browser: Client) -> None:
    browser.post(PLACE, REASON)
    assert NUMBER not in content_of(browser.get(f"/appoints/{1:030}/"))


def test_the_form_says_how_long_a_reason_is_at_least(browser: Client) -> None:
    page = Screen(browser.get(f"/appoints/{1:030}/"))
    assert "At least 5 characters" in " ".join(page.texts("form.reveal .help"))
    assert page.values("form.reveal [name=reason]", "minlength") == ["5"]


@pytest.mark.parametrize("reason", [None, "", "    ", "abc", "x" * 201])
def test_without_a_reason_nothing_is_shown_and_the_form_says_so(
    browser: Client, reason: str | None
) -> None:
    response = browser.post(PLACE, {} if reason is None else {"reason": reason})
    assert response.status_code == 400
    assert Screen(response).all("form.reveal .errorlist")
    assert NUMBER not in content_of(response) and not reveals()


def test_a_few_numbers_a_minute_are_shown_to_a_person(browser: Client, settings: Settings) -> None:
    settings.APPOINTS_REVEALS_PER_MINUTE = 2
    found = [browser.post(PLACE, REASON) for _ in range(3)]
    assert [each.status_code for each in found] == [200, 200, 429]
    assert NUMBER not in content_of(found[2])
    assert int(found[2]["Retry-After"]) > 0
    assert len(reveals()) == 2
    other = browser_of(person("ben", rights=("reveal_number",)))
    assert other.post(PLACE, REASON).status_code == 200


def test_a_minute_later_numbers_are_shown_again(
    browser: Client, ana: User, settings: Settings
) -> None:
    settings.APPOINTS_REVEALS_PER_MINUTE = 1
    with time_machine.travel(timezone.now() - timedelta(seconds=61), tick=True):
        record_reveal(Origin(ana.pk, "ana", None, "page"), "1", {}, [])
    assert browser.post(PLACE, REASON).status_code == 200


def test_a_number_is_not_shown_where_the_log_cannot_be_written(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(Event, "save", full)
    response = browser.post(PLACE, REASON)
    assert response.status_code == 503
    assert "log" in text_of(response) and NUMBER not in content_of(response)


def test_a_reservation_without_a_number_or_unknown_is_not_found(browser: Client) -> None:
    for id_ in (f"{3:030}", "unknown"):
        assert browser.post(f"/appoints/{id_}/reveal/", REASON).status_code == 404
    assert not Screen(browser.get(f"/appoints/{3:030}/")).all("form.reveal")
    assert not reveals()


def test_without_the_right_no_form_is_offered_and_none_is_taken(ana: User) -> None:
    ana.user_permissions.clear()
    browser = browser_of(ana)
    assert not Screen(browser.get(f"/appoints/{1:030}/")).all("form.reveal")
    assert browser.post(PLACE, REASON).status_code == 403


def test_who_sees_numbers_is_offered_no_form(ana: User) -> None:
    browser = browser_of(person("seeing", "reveal_number"))
    assert not Screen(browser.get(f"/appoints/{1:030}/")).all("form.reveal")


def test_an_address_alone_reveals_nothing(browser: Client) -> None:
    response = browser.get(PLACE)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert not reveals()
