from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from appoints.alerts.run import run


class Command(BaseCommand):
    help = (
        "Checks the alerts that people have set up, and sends the alerts and reports that are due;"
        " for cron, once a minute, on one machine or on several."
    )

    def handle(self, **options: Any) -> None:
        counts = run()
        if counts:
            self.stdout.write(f"Messages: {counts['sent']} sent, {counts['failed']} not taken.")
