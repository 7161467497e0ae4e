from __future__ import annotations

from django.urls import path

from dashboard.accounts.sso import oidc_views

urlpatterns = [
    path("", oidc_views.begin, name="oidc"),
    path("callback/", oidc_views.callback, name="oidc_callback"),
]
