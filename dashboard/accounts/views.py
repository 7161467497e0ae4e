from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import (
    LoginView,
    LogoutView,
    PasswordChangeView,
    redirect_to_login,
)
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from dashboard.accounts.forms import PreferencesForm
from dashboard.accounts.requests import SignedInRequest, came_from
from dashboard.accounts.sso import sessions, ways

PASSWORD = "dashboard.accounts.backends.PasswordBackend"  # noqa: S105 a way in


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    """Show and save the person's preferences; then redirect to where they came from."""
    posted = request.POST if request.method == "POST" else None
    form = PreferencesForm(posted, instance=request.preferences)
    if form.is_valid():
        form.store()
        # The message is in the language just chosen.
        translation.activate(form.cleaned_data["language"] or translation.get_language())
        messages.success(request, _("Your preferences are saved."))
        # Not redirect(), which would take an address for the name of a page.
        return HttpResponseRedirect(came_from(request) or reverse("preferences"))
    status = 400 if form.errors else 200
    context = {"form": form, "back": came_from(request)}
    return render(request, "dashboard/preferences.html", context, status=status)


class OwnPasswordChangeView(PasswordChangeView):
    success_url = reverse_lazy("home")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, _("Your password is changed."))
        return super().form_valid(form)


class PasswordView(LoginView):
    """A sign-in by a password, which leads on to the page that was asked for first."""

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Return the address of that page, empty without one; the sign-in itself is none."""
        back = came_from(self.request) or ""
        return "" if urlsplit(back).path == self.request.path else back


class SignInView(PasswordView):
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs |= {"by_password": settings.LOCAL_SIGN_IN, "ways": ways.offered()}
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign in by a password, where that is a way in."""
        if not settings.LOCAL_SIGN_IN:
            raise PermissionDenied
        return super().post(request, *args, **kwargs)


class SignOutView(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out here, then at the service that the person signed in with, if it can."""
        address = sessions.sign_out_address(request)
        response = super().post(request, *args, **kwargs)
        return sessions.leave(request, address) if address else response


class AdminSignInView(PasswordView):
    """The sign-in by a password beside all other ways in; see PasswordBackend for whom."""

    extra_context = {"by_password": True}

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponseBase:
    """Offer a password to who did not sign in by one; refuse others, who may not use the admin."""
    way = request.session.get(BACKEND_SESSION_KEY) if request.user.is_authenticated else ""
    if way == PASSWORD:
        raise PermissionDenied
    if settings.LOCAL_SIGN_IN and not way:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
    return AdminSignInView.as_view()(request)


@login_not_required
def language(request: HttpRequest) -> HttpResponseBase:
    """Keep the language that a person chose, and lead back."""
    response = set_language(request)
    if back := came_from(request):
        response["Location"] = iri_to_uri(back)  # also one that is too long for Django
    return response


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form without a valid CSRF token, except a sign-in by a signed-in person.

    Signing in changes the token, so a sign-in page in a second tab has an old one.
    """
    if request.path == reverse("login") and request.user.is_authenticated:
        return HttpResponseRedirect(came_from(request) or reverse("home"))
    return csrf_failure(request, reason)
