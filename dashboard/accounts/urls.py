"""Sign-in, sign-out and what a person sets for themselves."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from dashboard.accounts import token_views, views

urlpatterns = [
    path("login/", views.SignInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password_change/", views.OwnPasswordChangeView.as_view(), name="password_change"),
    # Without a sign-in too: the sign-in page offers the languages.
    path("language/", views.language, name="language"),
    path("preferences/", views.preferences, name="preferences"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/<str:key>/revoke/", token_views.revoke, name="revoke_token"),
]
