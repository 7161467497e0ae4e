"""Teams in the admin: members, and the view that opens for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from appoints.saved_views.models import SavedView, TeamDefault
from dashboard.accounts.admin import TeamAdmin as BaseTeamAdmin
from dashboard.accounts.models import Team
from dashboard.audit.changes import watching

if TYPE_CHECKING:  # Django's own class takes type arguments in its stubs only
    DefaultInlineBase = admin.StackedInline[TeamDefault, Team]
else:
    DefaultInlineBase = admin.StackedInline


class DefaultInline(DefaultInlineBase):
    model = TeamDefault
    extra = 1

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Offer what a team may be shown."""
        if db_field.name == "view":
            kwargs["queryset"] = SavedView.objects.exclude(audience=SavedView.Audience.PRIVATE)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Team)
class TeamAdmin(BaseTeamAdmin):
    inlines = (*BaseTeamAdmin.inlines, DefaultInline)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        with watching(form.instance, form.instance.members):
            super().save_related(request, form, formsets, change)
