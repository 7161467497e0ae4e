from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from appoints.alerts.run import run
from dashboard.notify.outcome import REASONS


class Command(BaseCommand):
    help = (
        "Checks the alerts that people have set up, and sends the alerts and reports that are due;"
        " for cron, once a minute, on one machine or on several."
    )

    def handle(self, **options: Any) -> None:
        counts = run()
        refused = [(each, count) for each, count in counts.items() if not each.is_sent]
        failed = sum(count for _outcome, count in refused)
        if counts:
            self.stdout.write(f"Messages: {counts.total() - failed} sent, {failed} not taken.")
        for outcome, count in refused:
            self.stdout.write(f"  {count}: {REASONS[outcome.kind]} {outcome.detail}".rstrip())
