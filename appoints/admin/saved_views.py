"""Saved views in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from appoints.saved_views.models import SavedView
from dashboard.accounts.admin import is_superuser

if TYPE_CHECKING:  # Django's own class takes type arguments in its stubs only
    ModelAdmin = admin.ModelAdmin[SavedView]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(SavedView)
class SavedViewAdmin(ModelAdmin):
    """What a view asks is not shown: it may name a customer's number.

    So it cannot be given to anybody here either, who would then read it on the page of views.
    """

    list_display = ("name", "owner", "audience", "team", "changed")
    list_filter = ("audience", "team")
    search_fields = ("name", "owner__username")
    fields = ("name", "owner", "audience", "team", "slug", "created", "changed")
    readonly_fields = ("owner", "slug", "created", "changed")

    def get_readonly_fields(self, request: HttpRequest, obj: SavedView | None = None) -> Any:
        """Let only superusers, who see everything, say who sees a view."""
        fields = super().get_readonly_fields(request, obj)
        return fields if is_superuser(request) else (*fields, "audience", "team")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: views are saved from the list."""
        return False
