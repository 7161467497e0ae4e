from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from appoints.doctor.examination import examine
from appoints.doctor.finding import Grade


class Command(BaseCommand):
    help = (
        "Looks at settings, keys, database, disk and proxies, and asks each iSales once; says in a"
        " line each what is so and what to do. Exit status 1 where something does not work."
    )
    # It runs and tells them itself.
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        styles: dict[Grade, Callable[[str], str]] = {
            Grade.OK: str,
            Grade.WARNING: self.style.WARNING,
            Grade.WRONG: self.style.ERROR,
        }
        counts: Counter[Grade] = Counter()
        for finding in examine():
            counts[finding.grade] += 1
            self.stdout.write(styles[finding.grade](str(finding)))
        self.stdout.write(", ".join(f"{counts[grade]} {grade}" for grade in Grade))
        if counts[Grade.WRONG]:
            sys.exit(1)
