from __future__ import annotations

from datetime import datetime

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from dashboard.audit.models import Event
from dashboard.audit.words import details


class EventTable(tables.Table):
    """One page of the log, newest first."""

    at = tables.Column(verbose_name=_("Time"))
    actor = tables.Column(verbose_name=_("Person"), default="–")
    address = tables.Column(verbose_name=_("IP address"), default="–")
    way = tables.Column(verbose_name=_("Way"))
    action = tables.Column(verbose_name=_("Action"))
    name = tables.Column(verbose_name=_("Of what"), empty_values=())
    details = tables.Column(verbose_name=_("Details"), empty_values=())

    class Meta:
        orderable = False

    def render_at(self, value: datetime) -> str:
        here = timezone.localtime(value)
        # With the offset, for an autumn night has two 02:30.
        shown = here.strftime("%Y-%m-%d %H:%M:%S %z")
        return format_html('<time datetime="{}">{}</time>', here.isoformat(), shown)

    def render_way(self, record: Event) -> str:
        return record.get_way_display()

    def render_action(self, record: Event) -> str:
        return record.get_action_display()

    def render_name(self, record: Event) -> str:
        return " ".join(part for part in (record.kind, record.name or record.object_id) if part)

    def render_details(self, record: Event) -> str:
        return details(record)
