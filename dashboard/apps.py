from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.backends.signals import connection_created
from django.db.models.signals import pre_save
from django.utils.translation import gettext_lazy as _


class DashboardConfig(AppConfig):
    name = "dashboard"
    verbose_name = _("Dashboard")

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from dashboard.accounts.retention import bound
        from dashboard.accounts.sign_in import keep_no_data

        pre_save.connect(keep_no_data, sender="axes.AccessAttempt")
        user_logged_in.connect(bound)
        connection_created.connect(_bound_waits)


def _bound_waits(connection: Any, **_about: object) -> None:
    """Let PostgreSQL wait for a lock as long as SQLite does, for it waits for ever by itself.

    Not a start-up option: some connection poolers refuse those.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '20s'")
