"""Sign-in, sign-out and what a person sets for themselves."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from dashboard.accounts import token_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", views.SignInView.as_view(), name="login"),
    path("logout/", views.SignOutView.as_view(), name="logout"),
    path("password_change/", views.OwnPasswordChangeView.as_view(), name="password_change"),
    # Without a sign-in too: the sign-in page offers the languages.
    path("language/", views.language, name="language"),
    path("preferences/", views.preferences, name="preferences"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/<str:key>/revoke/", token_views.revoke, name="revoke_token"),
]

# What needs allauth is imported only where it is switched on.
if settings.OIDC:
    urlpatterns.append(path("oidc/", include("dashboard.accounts.sso.oidc_urls")))
if settings.SAML:
    urlpatterns.append(path("saml/", include("dashboard.accounts.sso.saml_urls")))
