"""How passwords are hashed."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.test import Client
from pytest_django import Settings

import dashboard.settings
from dashboard.accounts.models import User

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def of_the_product(settings: Settings) -> None:
    """The tests' own hasher is a quick one."""
    settings.PASSWORD_HASHERS = dashboard.settings.PASSWORD_HASHERS


def test_a_password_is_known_again_and_no_other_is() -> None:
    hashed = make_password(PASSWORD)
    assert check_password(PASSWORD, hashed)
    assert not check_password(PASSWORD + " ", hashed)


def test_a_hash_is_of_argon2id_as_other_programs_read_it() -> None:
    assert make_password(PASSWORD).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_equal_passwords_have_different_hashes() -> None:
    assert make_password(PASSWORD) != make_password(PASSWORD)


def test_a_hash_of_other_costs_is_made_anew() -> None:
    hashed = make_password(PASSWORD)
    hasher = identify_hasher(hashed)
    assert not hasher.must_update(hashed)
    assert hasher.must_update(hashed.replace("t=2", "t=1"))


def test_the_admin_shows_no_hash_in_full() -> None:
    hashed = make_password(PASSWORD)
    shown = identify_hasher(hashed).safe_summary(hashed)
    assert shown["variety"] == "argon2id"
    assert hashed.rpartition("$")[2] not in shown.values()


@pytest.mark.django_db
def test_a_password_hashed_before_is_hashed_anew_at_a_sign_in(client: Client) -> None:
    old = make_password(PASSWORD, hasher="pbkdf2_sha256")
    person = User.objects.create(username="old", password=old)
    answer = client.post("/accounts/login/", {"username": "old", "password": PASSWORD})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.password.startswith("argon2$")
    assert person.check_password(PASSWORD)
