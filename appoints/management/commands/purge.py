from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from appoints.models import AgentList
from appoints.results import retention
from dashboard import purging


class Command(BaseCommand):
    help = (
        "Drop what is past its retention time: stored results, lists of agents that nobody opens, "
        "ended sessions, old sign-ins and the admin's old log."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        results, others = retention.purge(), AgentList.purge() + purging.purge()
        words = ngettext("%d stored result dropped.", "%d stored results dropped.", results)
        self.stdout.write(words % results)
        self.stdout.write(f"{others} rows of lists, sessions and logs dropped.")
