"""Django's own command for our catalogues: whole, without guesses, the same on every machine."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.management.base import CommandParser
from django.core.management.commands import makemessages

DATE = re.compile(r'^"POT-Creation-Date: .*\n', re.MULTILINE)


class Command(makemessages.Command):
    # A guess reads like a translation and is none.
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(
            all=True,
            add_location="file",  # line numbers would change with every line of code
            no_wrap=True,
            no_obsolete=True,
            ignore_patterns=["tests", "staticfiles"],
        )

    def write_po_file(self, potfile: str, locale: str) -> None:
        """Update one catalogue, without the date on which no two machines agree."""
        super().write_po_file(potfile, locale)
        file = Path(potfile).parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        file.write_text(DATE.sub("", file.read_text(encoding="utf-8")), encoding="utf-8")
