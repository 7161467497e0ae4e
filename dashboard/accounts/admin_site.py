from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from dashboard.accounts.models import User


class AdminSite(admin.AdminSite):
    """The administration; it opens for staff, and for whoever holds the right to enter."""

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.may_enter_admin
