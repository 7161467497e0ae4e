"""``manage.py token``: tokens of programs by command."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dashboard.accounts.models import Token, User
from dashboard.accounts.token_check import token_of
from tests.factories import token_for


def run(*words: str) -> tuple[str, str]:
    said, beside = StringIO(), StringIO()
    call_command("token", *words, stdout=said, stderr=beside)
    return said.getvalue().strip(), beside.getvalue().strip()


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*words)
    return str(caught.value)


@pytest.fixture(autouse=True)
def _supervisor(supervisor: User) -> None:
    """The person whose tokens these are."""


def test_a_token_is_printed_once_and_alone_for_scripts(supervisor: User) -> None:
    text, beside = run("Portal", "--person", "supervisor", "--allow", "10.0.0.0/8")
    found = token_of(text, "10.1.2.3")
    assert (found.person, found.name, found.networks) == (supervisor, "Portal", ["10.0.0.0/8"])
    assert "Shown only now." in beside and "from 10.0.0.0/8 alone" in beside
    assert round((found.expires - found.created).total_seconds() / 86400) == 90


def test_days_are_as_given(supervisor: User) -> None:
    run("Portal", "--person", "supervisor", "--expires-days", "7")
    found = Token.objects.get()
    assert round((found.expires - found.created).total_seconds() / 86400) == 7


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Portal", "--person", "nobody"], "--person: there is no nobody"),
        (["Portal", "--person", "supervisor", "--expires-days", "366"], "--expires-days: "),
        (["Portal", "--person", "supervisor", "--allow", "10.0.0.1/8"], "--allow: "),
        (["x" * 101, "--person", "supervisor"], "NAME: "),
        (["Portal", "--person", "supervisor", "--revoke"], "has no token Portal. Known: none"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(words: list[str], said: str) -> None:
    assert said in refused(*words)
    assert not Token.objects.exists()


def test_a_second_one_of_the_same_name_is_refused(supervisor: User) -> None:
    token_for(supervisor)
    assert "already" in refused("Portal", "--person", "supervisor")


def test_revoke_ends_it(supervisor: User) -> None:
    token_for(supervisor)
    assert run("Portal", "--person", "supervisor", "--revoke")[0] == "Revoked Portal of supervisor."
    assert not Token.objects.exists()
