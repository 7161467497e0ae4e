from __future__ import annotations

import sys
from importlib import import_module

from django.apps import AppConfig
from django.core.signals import request_started
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

from dashboard.database import close_moved, remember_file
from dashboard.thread_locals import replace_guarded
from dashboard.timing import count_queries

POSTGRES_FIELDS = "django.contrib.postgres.fields"

# As if PostgreSQL's driver were not installed: for a kind of column that nobody here uses,
# django-tables2 imports it, 9 MB of a worker, whatever the database is.
if POSTGRES_FIELDS not in sys.modules:
    sys.modules[POSTGRES_FIELDS] = None  # type: ignore[assignment]
    import_module("django_tables2")
    del sys.modules[POSTGRES_FIELDS]


class DashboardConfig(AppConfig):
    name = "dashboard"
    verbose_name = _("Dashboard")

    def ready(self) -> None:
        replace_guarded()
        connection_created.connect(count_queries)
        connection_created.connect(remember_file)
        request_started.connect(close_moved)
