"""Check a connection with one signed request."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from appoints.connections.check import check
from appoints.connections.models import Connection
from appoints.connections.probe import probe as probe_of


class Command(BaseCommand):
    help = "Sends one signed request over the connection NAME and says what came of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument(
            "--probe",
            action="store_true",
            help="also find out, in at most 8 requests, which time a range filters, whether its"
            " ends are included and how many rows a page takes, and store it",
        )

    def handle(self, *, name: str, probe: bool, **options: Any) -> None:
        connection = Connection.objects.filter(slug=name).first()
        if connection is None:
            known = ", ".join(Connection.objects.values_list("slug", flat=True))
            words = _("There is no connection %(name)s. Known: %(known)s")
            raise CommandError(words % {"name": name, "known": known or _("none yet")})
        for step in (check, probe_of) if probe else (check,):
            verdict = step(connection)
            self.stdout.write(str(verdict))
            if not verdict.ok:
                sys.exit(1)
