"""Every address. Health is answered before these, by dashboard.health."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("appoints/", include("appoints.urls")),
    path("admin/", admin.site.urls),
]
