from __future__ import annotations

import polars as pl
from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class AppointsConfig(AppConfig):
    name = "appoints"
    verbose_name = _("Reserved calls")

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from appoints.access.models import Grant
        from appoints.alerts.models import Rule
        from appoints.checks import secrets_can_be_decrypted
        from appoints.connections.metrics import ConnectionMetrics
        from appoints.connections.models import Connection
        from appoints.saved_views.models import SavedView, TeamDefault
        from appoints.snapshots.metrics import SnapshotMetrics
        from dashboard.audit.changes import watch
        from dashboard.metrics import STORED

        # The other engine is for more rows than there is memory: with ours it takes longer.
        pl.Config.set_engine_affinity("in-memory")
        watch(Connection, machine={*Connection.STATE, "trial_holder", "trial_until"})
        watch(Grant, told=Grant.as_written)
        watch(SavedView, machine={"changed"})
        watch(TeamDefault)
        watch(Rule, machine=Rule.MACHINE)
        STORED.register(ConnectionMetrics())
        STORED.register(SnapshotMetrics())
        register(secrets_can_be_decrypted, Tags.database)
