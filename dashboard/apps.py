from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import request_started
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

from dashboard.database import close_moved, limit_lock_waits, remember_file
from dashboard.timing import count_queries


class DashboardConfig(AppConfig):
    name = "dashboard"
    verbose_name = _("Dashboard")

    def ready(self) -> None:
        connection_created.connect(limit_lock_waits)
        connection_created.connect(count_queries)
        connection_created.connect(remember_file)
        request_started.connect(close_moved)
