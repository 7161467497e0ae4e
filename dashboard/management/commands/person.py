"""Create a person who may sign in, or change one."""

from __future__ import annotations

import sys
from argparse import BooleanOptionalAction
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from dashboard.accounts.models import Team, User
from dashboard.accounts.roles import ROLES, roles

Named = TypeVar("Named", Group, Team)

NONE = "none"
OPTIONS = {"username": "NAME", "email": "--email"}
REPLACE = f"repeatable; those named replace those held, {NONE} takes all away"


class Command(BaseCommand):
    help = "Creates the person NAME, or changes what the given options say; the rest stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument(
            "--password-file",
            metavar="PATH",
            help="holds the password; - is stdin. A new person without one signs in another way",
        )
        parser.add_argument("--email", metavar="A", help="'' for none")
        parser.add_argument(
            "--role",
            action="append",
            metavar="ROLE",
            help=f"{', '.join(ROLES)}; {REPLACE}",
        )
        parser.add_argument("--team", action="append", metavar="SLUG", help=f"a team; {REPLACE}")
        parser.add_argument(
            "--inactive",
            action=BooleanOptionalAction,
            help="keeps the person out, and --no-inactive lets them in again; without either, who"
            " is out stays out",
        )

    @transaction.atomic
    def handle(self, *, name: str, role: Any, team: Any, **options: Any) -> None:
        name = User.normalize_username(name)
        stored = User.objects.filter(username=name).first()
        person = stored or User(username=name)
        changed = _set(person, options)
        groups, teams = _roles(role), _teams(team)
        if stored is None or changed:
            person.save(update_fields=changed if stored else None)
        if groups is not None and groups != set(person.groups.filter(pk__in=roles())):
            person.groups.set([*groups, *person.groups.exclude(pk__in=roles())])
            changed.append("roles")
        if teams is not None and teams != set(person.teams.all()):
            person.teams.set(teams)
            changed.append("teams")
        self.stdout.write(_report(person, changed, created=stored is None))


def _set(person: User, options: dict[str, Any]) -> list[str]:
    """Set the fields that the options name, without saving; return those that changed."""
    wanted: dict[str, Any] = {}
    if options["email"] is not None:
        wanted["email"] = User.objects.normalize_email(options["email"])
    if options["inactive"] is not None:
        wanted["is_active"] = not options["inactive"]
    changed = [field for field, value in wanted.items() if getattr(person, field) != value]
    for field in changed:
        setattr(person, field, wanted[field])
    if person._state.adding:
        person.set_unusable_password()
    _check(person)
    if options["password_file"] is not None:
        person.set_password(_password(options["password_file"], person))
        changed.append("password")
    return changed


def _check(person: User) -> None:
    try:
        person.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise CommandError(f"{OPTIONS.get(field, field)}: {' '.join(messages)}") from None


def _password(path: str, person: User) -> str:
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except OSError as error:
        # Without the path: who gives the password itself by mistake would see it printed.
        raise CommandError(f"--password-file: {error.strerror}") from None
    except UnicodeDecodeError:
        # Not "from": that error holds the bytes it could not read.
        raise CommandError("--password-file: this is not UTF-8 text") from None
    password = text.rstrip("\r\n")
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise CommandError(f"--password-file: {' '.join(error.messages)}") from None
    return password


def _roles(names: list[str] | None) -> set[Group] | None:
    return _named("--role", names, {each.name: each for each in roles()})


def _teams(slugs: list[str] | None) -> set[Team] | None:
    return _named("--team", slugs, {each.slug: each for each in Team.objects.all()})


def _named(option: str, names: list[str] | None, known: dict[str, Named]) -> set[Named] | None:
    """Return what the names stand for; None where the option is not given."""
    if names is None:
        return None
    if names == [NONE]:
        return set()
    if missing := [name for name in names if name not in known]:
        raise CommandError(
            f"{option}: there is no {missing[0]}. Known: {', '.join(sorted(known)) or 'none yet'}"
        )
    return {known[name] for name in names}


def _report(person: User, changed: Iterable[str], *, created: bool) -> str:
    """Say what was done, and what the person is now."""
    words = {"is_active": "active"}
    names = ", ".join(words.get(each, each) for each in changed)
    done = "Created" if created else f"Changed {names} of" if names else "Nothing to change in"
    held = ", ".join(sorted(each.name for each in person.groups.all())) or "none"
    teams = ", ".join(sorted(each.slug for each in person.teams.all())) or "none"
    state = "active" if person.is_active else "inactive"
    password = "with" if person.has_usable_password() else "without"
    return f"{done} {person}: {state}, {password} a password; roles: {held}; teams: {teams}."
