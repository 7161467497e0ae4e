"""Teams in the admin: members, what they may see, and the view that opens for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest

from appoints.access.models import Grant
from appoints.admin.grants import GrantInline
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
class GrantedTeamAdmin(BaseTeamAdmin):
    inlines = (*BaseTeamAdmin.inlines, GrantInline, DefaultInline)
    search_fields = (*BaseTeamAdmin.search_fields, "grants__connection__name")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Team], search_term: str
    ) -> tuple[QuerySet[Team], bool]:
        """Find teams by an agent or a task of their grants too, where it is named exactly."""
        found, _doubled = super().get_search_results(request, queryset, search_term)
        if not search_term:
            return found, False
        grants = Grant.objects.annotate(
            names=Concat(Cast("agents", TextField()), Cast("tasks", TextField()))
        )
        # SQLite keeps JSON as it was written, in ASCII; PostgreSQL as text.
        words = (json.dumps(search_term), json.dumps(search_term, ensure_ascii=False))
        named = grants.filter(Q(names__contains=words[0]) | Q(names__contains=words[1]))
        either = Q(pk__in=found.values("pk")) | Q(pk__in=named.values("team"))
        return queryset.filter(either), False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        with watching(form.instance, form.instance.members):
            super().save_related(request, form, formsets, change)
