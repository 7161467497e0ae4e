"""Restore a backup into an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from appoints.backup.contents import NoBackup, in_words
from appoints.backup.restoring import restore


class Command(BaseCommand):
    help = "Restores FILE, as backup wrote it, into a database that is migrated and else empty."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            counts, warnings = restore(file)
        except (NoBackup, OSError, Error) as error:
            words = getattr(error, "strerror", None) or str(error)
            raise CommandError(f"{file}: {words}. Nothing was restored.") from None
        self.stdout.write(f"Restored {in_words(counts)}.")
        for warning in warnings:
            self.stderr.write(self.style.WARNING(warning))
