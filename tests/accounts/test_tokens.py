"""Tokens with which programs read as a person: their text, their page, and when they are good."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from dashboard.accounts import token_text
from dashboard.accounts.forms import TokenForm
from dashboard.accounts.models import Token, User
from dashboard.accounts.token_check import TokenRefused, token_of
from dashboard.audit.models import Event
from tests.factories import browser_of, person, token_for
from tests.screen import Screen

PAGE = "/accounts/tokens/"
FORM = {"name": "Portal", "days": "90", "networks": ""}
HERE = "10.1.2.3"


@pytest.fixture
def browser(supervisor: User) -> Client:
    return browser_of(supervisor)


def made_on_the_page(browser: Client, **changes: str) -> str:
    return Screen(browser.post(PAGE, FORM | changes)).one(".notice code").text()


def refused(text: str, address: str | None = HERE) -> str:
    with pytest.raises(TokenRefused) as caught:
        token_of(text, address)
    return caught.value.reason


def test_a_token_reads_as_its_person(supervisor: User) -> None:
    assert token_of(token_for(supervisor), HERE).person == supervisor


@given(st.text(max_size=80) | st.from_regex(token_text.TEXT, fullmatch=True))
def test_what_only_looks_like_a_token_is_known_without_a_look_into_the_database(text: str) -> None:
    assert token_text.key_of(text) is None


def test_the_text_has_a_prefix_that_scanners_for_secrets_find() -> None:
    assert re.fullmatch(r"rcd_[0-9A-Za-z]{12}_[0-9A-Za-z]{46}", token_text.new())


def test_no_row_holds_what_a_program_sends(supervisor: User) -> None:
    secret = token_for(supervisor).rpartition("_")[2]
    stored = repr([*Token.objects.values(), *Event.objects.values()])
    assert secret not in stored and secret[:40] not in stored


def test_a_right_key_with_another_secret_is_refused(supervisor: User) -> None:
    key, other = token_text.key_of(token_for(supervisor)), token_text.new()
    Token.objects.update(key=token_text.key_of(other))
    assert key and refused(other) == "unknown"


def test_another_secret_key_ends_every_token(supervisor: User, settings: object) -> None:
    text = token_for(supervisor)
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    assert refused(text) == "unknown"


def test_a_token_ends_after_its_days(supervisor: User) -> None:
    text, now = token_for(supervisor, days=2), timezone.now()
    with time_machine.travel(now + timedelta(days=1, hours=23)):
        assert token_of(text, HERE)
    with time_machine.travel(now + timedelta(days=2, hours=1)):
        assert refused(text) == "expired"


def test_a_token_is_dead_with_its_person(supervisor: User) -> None:
    text = token_for(supervisor)
    supervisor.is_active = False
    supervisor.save()
    assert refused(text) == "inactive"
    supervisor.delete()
    assert refused(text) == "unknown"


@pytest.mark.parametrize(
    ("networks", "address", "good"),
    [
        (["10.1.0.0/16"], "10.1.2.3", True),
        (["10.1.0.0/16"], "10.2.0.1", False),
        (["10.1.0.0/16"], "::ffff:10.1.2.3", True),
        (["192.0.2.7/32", "2001:db8::/32"], "2001:db8::1", True),
        (["2001:db8::/32"], "10.1.2.3", False),
        (["10.1.0.0/16"], None, False),
        ([], None, True),
    ],
)
def test_a_token_is_good_from_its_networks_alone(
    supervisor: User, networks: list[str], address: str | None, good: bool
) -> None:
    text = token_for(supervisor, networks=networks)
    assert token_of(text, address) if good else refused(text, address) == "address"


def test_a_token_is_shown_once_and_then_by_its_key(browser: Client) -> None:
    text = made_on_the_page(browser)
    later = browser.get(PAGE).content.decode()
    assert token_of(text, HERE).name == "Portal"
    assert text not in later and f"rcd_{token_text.key_of(text)}_…" in later


@pytest.mark.parametrize(("at", "shown"), [(0, "02:30 +0200"), (1, "02:30 +0100")])
def test_a_time_that_comes_twice_is_shown_with_its_offset(
    browser: Client, supervisor: User, settings: object, at: int, shown: str
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"  # type: ignore[attr-defined]
    token_for(supervisor)
    Token.objects.update(last_used=datetime(2026, 10, 25, at, 30, tzinfo=UTC))
    assert f"last used 2026-10-25 {shown}" in Screen(browser.get("/accounts/tokens/")).text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "required"),
        ("name", "x" * 101, "at most 100"),
        ("days", "366", "less than or equal to 365"),
        ("days", "0", "greater than or equal to 1"),
        ("networks", "10.0.0.1/8", "is no address and no network"),
        ("networks", "portal.example", "is no address and no network"),
        ("networks", " ".join(f"10.0.0.{number}" for number in range(51)), "At most 50"),
    ],
)
def test_a_wrong_form_makes_none_and_says_why(
    browser: Client, field: str, value: str, words: str
) -> None:
    response = browser.post(PAGE, FORM | {field: value})
    assert response.status_code == 400
    assert words in Screen(response).text
    assert not Token.objects.exists()


def test_networks_are_kept_in_their_usual_form(browser: Client) -> None:
    made_on_the_page(browser, networks="10.0.0.0/8, 192.0.2.7\n2001:DB8::/32 10.0.0.0/8")
    assert Token.objects.get().networks == ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]


def test_a_name_is_given_once(browser: Client) -> None:
    made_on_the_page(browser)
    response = browser.post(PAGE, FORM)
    assert response.status_code == 400
    assert "You have a token of this name already." in Screen(response).text


def test_a_form_sent_twice_at_once_makes_one(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_on_the_page(browser)
    monkeypatch.setattr(TokenForm, "clean_name", lambda form: form.cleaned_data["name"])
    response = browser.post(PAGE, FORM)
    assert response.status_code == 400
    assert "You have a token of this name already." in Screen(response).text
    assert Token.objects.count() == 1


def test_a_person_keeps_so_many(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.accounts.forms.MOST_TOKENS", 1)
    made_on_the_page(browser)
    response = browser.post(PAGE, FORM | {"name": "another"})
    assert response.status_code == 400
    assert "You have 1 tokens" in Screen(response).text


def test_a_revoked_token_is_good_no_more(browser: Client) -> None:
    text = made_on_the_page(browser)
    address = Screen(browser.get(PAGE)).values(".views li form", "action")
    assert browser.post(address[0]).status_code == 302
    assert refused(text) == "unknown"


def test_nobody_sees_or_revokes_those_of_others(browser: Client) -> None:
    text = token_for(person("colleague"), "Secret Project")
    assert "Secret Project" not in browser.get(PAGE).content.decode()
    assert browser.post(f"{PAGE}{token_text.key_of(text)}/revoke/").status_code == 404
    assert token_of(text, HERE)


def test_the_log_tells_who_made_and_who_revoked_one(browser: Client) -> None:
    made_on_the_page(browser)
    browser.post(f"{PAGE}{Token.objects.get().key}/revoke/")
    events = Event.objects.filter(kind="token").order_by("pk")
    told = [(each.actor, each.action, each.name) for each in events]
    name = "Portal (supervisor)"
    assert told == [("supervisor", "create", name), ("supervisor", "delete", name)]


def test_purge_drops_those_that_ended_long_ago(supervisor: User) -> None:
    for name, days in (("long ago", -91), ("lately", -89), ("good", 1)):
        token_for(supervisor, name, days=days)
    call_command("purge")
    assert {each.name for each in Token.objects.all()} == {"lately", "good"}


def counted(token: Token, most: int, calls: int) -> list[bool]:
    return [token.count_call(most) for _ in range(calls)]


def test_a_minute_has_so_many_calls_and_the_next_one_too(supervisor: User) -> None:
    token_for(supervisor)
    token = Token.objects.get()
    with time_machine.travel(timezone.now()) as clock:
        assert counted(token, 2, 3) == [True, True, False]
        clock.shift(timedelta(minutes=1))
        assert counted(token, 2, 3) == [True, True, False]


def test_a_clock_that_was_ahead_and_was_set_right_locks_nobody_out(supervisor: User) -> None:
    token_for(supervisor)
    token = Token.objects.get()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert counted(token, 1, 2) == [True, False]
    assert token.count_call(1)


def test_the_last_use_is_stored_once_a_minute(supervisor: User) -> None:
    token_for(supervisor)
    token, now = Token.objects.get(), timezone.now().replace(second=10)
    stored = []
    for seconds in (0, 20, 40, 60):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            token.count_call(10)
            token.refresh_from_db()
            stored.append((token.last_used - now).seconds)
    assert stored == [0, 0, 0, 60]


@pytest.mark.django_db(transaction=True)
def test_workers_count_the_calls_of_a_minute_together() -> None:
    token_for(person())
    token = Token.objects.get()
    together, found = Barrier(4), []

    def call() -> None:
        together.wait()
        found.extend(counted(token, 10, 5))
        connection.close()

    with time_machine.travel(timezone.now(), tick=False):
        threads = [Thread(target=call) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert sorted(found) == [False] * 10 + [True] * 10
