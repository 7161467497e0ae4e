"""Write a backup of what cannot be fetched again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from appoints.backup.contents import in_words
from appoints.backup.writing import write


class Command(BaseCommand):
    help = (
        "Writes people, teams, connections, views, tokens and the log to FILE, secrets as they are"
        " encrypted; CREDENTIAL_KEYS and SECRET_KEY are not in it. Servers may run meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="replaced once it is whole")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            counts = write(file)
        except (OSError, Error) as error:
            words = getattr(error, "strerror", None) or str(error)
            raise CommandError(f"{file}: {words}. Nothing was written.") from None
        self.stdout.write(f"{file}: {in_words(counts)}.")
        self.stdout.write("Keep CREDENTIAL_KEYS and SECRET_KEY elsewhere: it is no use without.")
