"""Run the simulator; the same as ``python -m appoints.isales.simulator``, which needs no Django."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from appoints.isales.simulator import command


class Command(BaseCommand):
    help = command.HELP
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        command.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            command.serve(Namespace(**options))
        except command.CannotStart as error:
            raise CommandError(str(error)) from error
