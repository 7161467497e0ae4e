"""People in the admin, with a page that says what each may see and do."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from appoints.admin.preview import preview_of
from dashboard.accounts.admin import UserAdmin
from dashboard.accounts.models import User


@admin.register(User)
class PersonAdmin(UserAdmin):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        name = "accounts_user_preview"
        return [path("<int:pk>/preview/", view, name=name), *super().get_urls()]

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what a person may see and do."""
        person = get_object_or_404(User, pk=pk)
        may_look = self.has_view_permission(request, person)
        if not (may_look and request.user.has_perm("access.view_grant")):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("As this person: %s") % person,
            "opts": self.opts,
            "person": person,
            "preview": preview_of(person),
        }
        return TemplateResponse(request, "admin/accounts/user/preview.html", context)
