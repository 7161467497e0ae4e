from __future__ import annotations

from django.urls import path

from dashboard.accounts.sso import saml_views

urlpatterns = [
    path("", saml_views.begin, name="saml"),
    path("acs/", saml_views.acs, name="saml_acs"),
    path("finish/", saml_views.finish, name="saml_finish"),
    path("sign-out/", saml_views.sign_out, name="saml_sign_out"),
    path("metadata/", saml_views.metadata, name="saml_metadata"),
]
