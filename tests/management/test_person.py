"""``manage.py person``: people, their roles and teams, by command alone."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from dashboard.accounts.models import User
from dashboard.audit.models import Event
from tests.factories import team_called

PASSWORD = "correct horse battery"
pytestmark = pytest.mark.django_db


@pytest.fixture
def password_file(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n")
    return str(path)


def run(*words: str) -> str:
    said = StringIO()
    call_command("person", *words, stdout=said)
    return said.getvalue().strip()


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert caught.value.returncode == 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


def ana() -> User:
    return User.objects.get(username="ana")


def held(user: User) -> tuple[set[str], set[str]]:
    return (
        set(user.groups.values_list("name", flat=True)),
        set(user.teams.values_list("slug", flat=True)),
    )


def test_a_person_is_created_with_all_that_is_given(password_file: str) -> None:
    team_called("North")
    words = ["--password-file", password_file, "--email", "ana@example.org", "--role", "exporter"]
    said = run("ana", *words, "--role", "numbers", "--team", "north")
    assert said == ("Created ana: active, with a password; roles: exporter, numbers; teams: north.")
    assert ana().check_password(PASSWORD) and ana().email == "ana@example.org"
    assert held(ana()) == ({"exporter", "numbers"}, {"north"})


def test_a_new_person_without_a_password_cannot_sign_in_with_one() -> None:
    assert "without a password; roles: none; teams: none" in run("ana")
    assert not ana().has_usable_password()


def test_the_password_may_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))
    run("ana", "--password-file", "-")
    assert ana().check_password(PASSWORD)


def test_roles_and_teams_that_are_named_replace_those_held() -> None:
    for name in ("North", "South"):
        team_called(name)
    run("ana", "--role", "exporter", "--team", "north")
    said = run("ana", "--role", "auditor", "--team", "south")
    assert said.startswith("Changed roles, teams of ana: ")
    assert held(ana()) == ({"auditor"}, {"south"})


def test_what_is_not_named_stays(password_file: str) -> None:
    team_called("North")
    run("ana", "--password-file", password_file, "--role", "exporter", "--team", "north")
    assert run("ana", "--email", "ana@example.org").startswith("Changed email of ana: ")
    assert held(ana()) == ({"exporter"}, {"north"})
    assert ana().check_password(PASSWORD)


def test_none_takes_all_away() -> None:
    team_called("North")
    run("ana", "--role", "exporter", "--team", "north")
    run("ana", "--role", "none", "--team", "none")
    assert held(ana()) == (set(), set())


def test_groups_that_are_no_roles_stay() -> None:
    other = Group.objects.create(name="other")
    run("ana")
    ana().groups.add(other)
    run("ana", "--role", "auditor")
    assert held(ana())[0] == {"other", "auditor"}
    run("ana", "--role", "none")
    assert held(ana())[0] == {"other"}


def test_a_person_who_is_out_stays_out_until_let_in_again() -> None:
    assert "inactive" in run("ana", "--inactive")
    run("ana", "--role", "auditor")
    assert not ana().is_active
    assert run("ana", "--no-inactive").startswith("Changed active of ana: active")
    assert ana().is_active


def test_running_it_again_changes_nothing_and_says_so() -> None:
    words = ["ana", "--role", "auditor", "--email", "ana@example.org"]
    run(*words)
    events = Event.objects.count()
    assert run(*words).startswith("Nothing to change in ana: ")
    assert Event.objects.count() == events


def test_the_log_tells_of_it() -> None:
    run("ana", "--role", "auditor")
    made, given = Event.objects.filter(kind="user").order_by("pk")
    assert (made.action, made.way, made.name) == ("create", "command", "ana")
    assert given.details == {"of": "group", "added": ["auditor"]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--role", "boss"], "--role: there is no boss. Known: administrator, auditor, exporter,"),
        (["--role", "auditor", "--role", "none"], "--role: there is no none."),
        (["--team", "south"], "--team: there is no south. Known: north"),
        (["--email", "ana"], "--email: Enter a valid email address."),
        (["--password-file", "/nowhere"], "--password-file: No such file or directory"),
        (["--password-file", "/dev/null"], "--password-file: This password is too short."),
    ],
)
def test_what_cannot_be_is_one_line_and_changes_nothing(words: list[str], said: str) -> None:
    team_called("North")
    run("ana", "--role", "exporter", "--team", "north", "--email", "ana@example.org")
    before = (held(ana()), ana().email, ana().password)
    assert refused("ana", "--role", "auditor", "--email", "new@example.org", *words).startswith(
        said
    )
    assert (held(ana()), ana().email, ana().password) == before


@pytest.mark.parametrize("password", ["12345678", "qwertyuiop", "ana.lopez@example.org"])
def test_a_weak_password_is_refused_and_not_repeated(tmp_path: Path, password: str) -> None:
    path = tmp_path / "password"
    path.write_text(password)
    words = ["--email", "ana.lopez@example.org", "--password-file", str(path)]
    assert password not in refused("ana", *words)
    assert not User.objects.exists()


def test_a_password_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes(b"\xff\xfe\x00")
    assert refused("ana", "--password-file", str(path)) == (
        "--password-file: this is not UTF-8 text"
    )


def test_a_name_that_is_none_is_refused() -> None:
    assert refused("a na").startswith("NAME: ")
    assert not User.objects.exists()
