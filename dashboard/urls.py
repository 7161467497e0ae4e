"""Every address. Health is answered before these, by dashboard.health."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language

from appoints import layout, saved
from appoints.choosing import choose
from appoints.urls import saved_views
from appoints.wallboard import wallboard
from dashboard import views

admin.site.site_header = _("Reserved calls")
admin.site.site_title = _("Reserved calls")
admin.site.index_title = _("Administration")

handler400 = "dashboard.database.bad_request"
handler500 = "dashboard.database.server_error"

urlpatterns = [
    path("", saved.home, name="home"),
    path("", include((saved_views, "views"))),
    path("appoints/", include("appoints.urls")),
    path("choices/<str:name>/", choose, name="choices"),
    path("columns/", layout.columns, name="columns"),
    path("wallboard/", wallboard, name="wallboard"),
    path("accounts/login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path(
        "accounts/password_change/",
        views.OwnPasswordChangeView.as_view(),
        name="password_change",
    ),
    # Also for those who are not signed in yet: they choose before they can read anything else.
    path("accounts/language/", login_not_required(set_language), name="language"),
    path("accounts/preferences/", views.preferences, name="preferences"),
    path("admin/login/", views.admin_login),
    path("admin/", admin.site.urls),
]
