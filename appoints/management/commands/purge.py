from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from appoints.results import snapshots


class Command(BaseCommand):
    help = "Drop the stored results that nobody asked for within their retention time."

    def handle(self, *args: Any, **options: Any) -> None:
        dropped = snapshots.purge()
        words = ngettext("%d stored result dropped.", "%d stored results dropped.", dropped)
        self.stdout.write(words % dropped)
