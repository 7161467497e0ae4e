"""Every address of the site. Health is answered before these, by dashboard.operations.health."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from dashboard.accounts import frame_views
from dashboard.accounts.views import admin_login

admin.site.site_header = _("Reserved calls")
admin.site.site_title = _("Reserved calls")
admin.site.index_title = _("Administration")

handler400 = "dashboard.http.error_pages.bad_request"
handler500 = "dashboard.http.error_pages.server_error"

urlpatterns = [
    path("", include("appoints.urls")),
    path("embed/allow/", frame_views.allow, name="allow_frame"),
    path("embed/begin/", frame_views.begin, name="begin_frame"),
    path("accounts/", include("dashboard.accounts.urls")),
    path("audit/", include("dashboard.audit.urls")),
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
]
