from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from appoints.connections.models import Connection
from appoints.query.lists import written
from dashboard.accounts.models import Team


class Grant(models.Model):
    """What a team may see of a connection: every row, or those of some agents and tasks.

    A row counts for the agent and the task that it names itself. Several grants of one connection
    add up.
    """

    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, related_name="grants", verbose_name=_("team")
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="grants", verbose_name=_("connection")
    )
    agents = models.JSONField(
        _("agents"),
        default=list,
        blank=True,
        help_text=_("Accounts as the rows show them; empty for all."),
    )
    tasks = models.JSONField(
        _("tasks"), default=list, blank=True, help_text=_("IDs of tasks; empty for all.")
    )

    class Meta:
        ordering = ["team", "connection", "pk"]
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        permissions = [
            ("export_files", "Can take files"),
            ("see_numbers", "Can see telephone numbers in full"),
            ("reveal_number", "Can reveal a single number, with a reason"),
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.connection}"

    def as_written(self) -> str:
        """Return the grant as ``manage.py team --grant`` reads it."""
        lists = (("agents", self.agents), ("tasks", self.tasks))
        names = [f"{name}={','.join(map(written, found))}" for name, found in lists if found]
        return " ".join([self.connection.slug, *names])
