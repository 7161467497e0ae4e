"""People in the admin."""

from __future__ import annotations

from django.contrib import admin

from dashboard.accounts.admin import UserAdmin
from dashboard.accounts.models import User

admin.site.register(User, UserAdmin)
