from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from appoints.alerts import retention as alerts
from appoints.query.models import AgentList
from appoints.snapshots import retention as results
from dashboard.accounts import retention as accounts
from dashboard.audit import retention as audit


class Command(BaseCommand):
    help = (
        "Drop what is past its retention time: stored results, lists of agents that nobody opens, "
        "ended sessions, old sign-ins, messages that were sent, the admin's old log and old events "
        "of the audit log."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        dropped = results.purge()
        others = AgentList.purge() + alerts.purge() + accounts.purge() + audit.purge()
        words = ngettext("%d stored result dropped.", "%d stored results dropped.", dropped)
        self.stdout.write(words % dropped)
        self.stdout.write(f"{others} rows of lists, sessions, messages and logs dropped.")
