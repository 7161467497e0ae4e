"""Create a team, or change it and what it may see."""

from __future__ import annotations

import re
from argparse import BooleanOptionalAction
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from appoints.access.models import Grant
from appoints.connections.models import Connection
from appoints.forms.fields import NamesField
from appoints.query.lists import QUOTED
from dashboard.accounts.models import Team

NONE = "none"
OPTIONS = {"slug": "SLUG", "name": "--name"}
# A list ends where the next one begins, but not within quotes.
LIST = re.compile(rf"\s(agents|tasks)=((?:{QUOTED}|(?!\s(?:agents|tasks)=).)*)", re.DOTALL)


class Command(BaseCommand):
    help = "Creates the team SLUG, or changes what the given options say; the rest stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="letters, digits, - and _")
        parser.add_argument("--name", metavar="TEXT", help="of a new team: its SLUG")
        parser.add_argument(
            "--everybody",
            action=BooleanOptionalAction,
            help="makes every person who can sign in a member; --no-everybody ends that",
        )
        parser.add_argument(
            "--grant",
            action="append",
            metavar="'CONNECTION [agents=101,102] [tasks=ID,ID]'",
            help="what the team may see of a connection: all of it, or rows that name one of the"
            " agents and one of the tasks. A name with a space or a comma stands in double quotes."
            f" Repeatable; those named replace those held, {NONE} takes all away",
        )

    @transaction.atomic
    def handle(
        self, *, slug: str, name: str | None, everybody: bool | None, grant: Any, **options: Any
    ) -> None:
        stored = Team.objects.filter(slug=slug).first()
        team = stored or Team(slug=slug, name=slug)
        wanted = {"name": name, "everybody": everybody}
        changed = [
            field
            for field, value in wanted.items()
            if value is not None and getattr(team, field) != value
        ]
        for field in changed:
            setattr(team, field, wanted[field])
        _check(team)
        if stored is None or changed:
            team.save(update_fields=changed if stored else None)
        if grant is not None and _replace(team, _grants(team, grant)):
            changed.append("grants")
        done = "Created" if stored is None else _done(changed)
        self.stdout.write(f"{done} {slug}: {_state(team)}.")


def _check(team: Team) -> None:
    try:
        team.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise CommandError(f"{OPTIONS.get(field, field)}: {' '.join(messages)}") from None


def _grants(team: Team, texts: list[str]) -> list[Grant]:
    if texts == [NONE]:
        return []
    known = {each.slug: each for each in Connection.objects.all()}
    return [_grant(team, text, known) for text in texts]


def _grant(team: Team, text: str, known: dict[str, Connection]) -> Grant:
    """Read a grant as it is written. Raises CommandError."""
    lists = LIST.findall(text)
    slug, _space, more = LIST.sub("", text).strip().partition(" ")
    if more:
        words = "stand only agents=… and tasks=…, not"
        raise CommandError(f"--grant: after {slug} {words} {more.strip()}")
    if slug not in known:
        names = ", ".join(known) or "none yet"
        raise CommandError(f"--grant: there is no connection {slug}. Known: {names}")
    try:
        found = {name: NamesField(required=False).clean(names) for name, names in lists}
    except ValidationError as error:
        raise CommandError(f"--grant: {' '.join(error.messages)}") from None
    if len(found) < len(lists) or not all(found.values()):
        # An empty list would stand for all.
        raise CommandError(f"--grant: agents= and tasks= are given once, each with a name: {text}")
    return Grant(team=team, connection=known[slug], **found)


def _replace(team: Team, wanted: list[Grant]) -> bool:
    """Store the grants in place of those held; return whether that changes anything."""
    held = list(team.grants.all())
    left = [each for each in held if _key(each) not in map(_key, wanted)]
    new = {_key(each): each for each in wanted if _key(each) not in map(_key, held)}
    for each in left:
        each.delete()
    for each in new.values():
        each.save()
    return bool(left or new)


def _key(grant: Grant) -> tuple[int, frozenset[str], frozenset[str]]:
    return grant.connection_id, frozenset(grant.agents), frozenset(grant.tasks)


def _done(changed: list[str]) -> str:
    return f"Changed {', '.join(changed)} of" if changed else "Nothing to change in"


def _state(team: Team) -> str:
    members = "everybody" if team.everybody else f"{team.members.count()} members"
    grants = team.grants.select_related("connection")
    words = "; ".join(each.as_written() for each in grants) or "no grants"
    return f"{team.name}, {members}, {words}"
