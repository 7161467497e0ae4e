"""Make a token with which a program reads as a person, or end one."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.accounts.forms import LONGEST_TOKEN, USUAL_TOKEN, TokenForm
from dashboard.accounts.models import Token, User
from dashboard.accounts.networks import network

OPTIONS = {"name": "NAME", "days": "--expires-days", "networks": "--allow"}


class Command(BaseCommand):
    help = "Makes the token NAME of a person for the read API and prints it, once; or ends it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="what it is for; a person has it once")
        parser.add_argument("--person", required=True, metavar="P", help="reads as this person")
        parser.add_argument(
            "--expires-days",
            type=int,
            default=USUAL_TOKEN,
            metavar="N",
            help=f"good for so many days, at most {LONGEST_TOKEN}; default {USUAL_TOKEN}",
        )
        parser.add_argument(
            "--allow",
            action="append",
            default=[],
            type=_network,
            metavar="CIDR",
            help="an address or network from which it is good; repeatable; without, from any",
        )
        parser.add_argument("--revoke", action="store_true", help="ends the token")

    def handle(
        self,
        *,
        name: str,
        person: str,
        expires_days: int,
        allow: list[str],
        revoke: bool,
        **options: Any,
    ) -> None:
        owner = User.objects.filter(username=person).first()
        if owner is None:
            raise CommandError(f"--person: there is no {person}")
        if revoke:
            return self._revoke(owner, name)
        data = {"name": name, "days": expires_days, "networks": " ".join(allow)}
        form = TokenForm(data, instance=Token(person=owner))
        if not (form.is_valid() and (text := form.store())):
            field, errors = next(iter(form.errors.items()))
            raise CommandError(f"{OPTIONS.get(field, person)}: {' '.join(map(str, errors))}")
        # Alone on the standard output, for scripts.
        self.stdout.write(text)
        until = f"{form.instance.expires:%Y-%m-%d %H:%M} UTC"
        self.stderr.write(f"Shown only now. Good until {until}, {_from(allow)}; reads as {person}.")
        return None

    def _revoke(self, owner: User, name: str) -> None:
        token = Token.objects.filter(person=owner, name=name).first()
        if token is None:
            known = ", ".join(each.name for each in owner.tokens.all()) or "none"
            raise CommandError(f"{owner} has no token {name}. Known: {known}")
        token.delete()
        self.stdout.write(f"Revoked {name} of {owner}.")


def _network(text: str) -> str:
    try:
        return network(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def _from(networks: list[str]) -> str:
    return f"from {', '.join(networks)} alone" if networks else "from any address"
