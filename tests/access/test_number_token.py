from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from appoints.access.number_token import is_token, open_token, seal

numbers = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


@given(numbers)
def test_a_token_opens_to_the_number_that_it_was_made_of(number: str) -> None:
    assert open_token(seal(number)) == number


@given(numbers)
def test_two_tokens_of_one_number_tell_nobody_that_it_is_one(number: str) -> None:
    assert seal(number) != seal(number)


@given(numbers)
def test_a_token_stands_in_an_address_as_it_is(number: str) -> None:
    assert is_token(seal(number))


@given(st.from_regex(r"~[A-Za-z0-9_-]{35,80}", fullmatch=True))
def test_what_was_made_up_opens_to_nothing(token: str) -> None:
    assert open_token(token) is None


def test_a_changed_token_opens_to_nothing() -> None:
    token = seal("13900000001")
    assert open_token(token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]) is None


@pytest.mark.parametrize("text", ["", "~", "13900000001", "~139", "~" + "é" * 40])
def test_other_texts_are_no_tokens(text: str) -> None:
    assert open_token(text) is None


def test_every_key_opens_and_the_first_one_seals(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [old]
    token = seal("13900000001")
    settings.CREDENTIAL_KEYS = [new, old]
    assert open_token(token) == "13900000001"
    assert seal("13900000001") != token
    settings.CREDENTIAL_KEYS = [new]
    assert open_token(token) is None
