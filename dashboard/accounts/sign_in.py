"""Every page except sign-in and health needs a signed-in person."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

from axes.models import AccessAttempt
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from dashboard.accounts.requests import HtmxRequest

# What may stand in a query as it is: to quote it too makes a long link longer than servers take.
PLAIN = "/?=,:;@!$'()*~"


class SignInMiddleware(LoginRequiredMiddleware):
    """Redirect anonymous requests to the sign-in page; htmx gets a short fragment instead.

    Who is refused by a way in that asks nothing is told why.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """Lead to the sign-in and back; what was posted cannot be asked for, so that leads home."""
        safe = request.method in ("GET", "HEAD")
        link = request.get_full_path() if safe else reverse("home")
        return HttpResponseRedirect(f"{reverse('login')}?next={quote(link, safe=PLAIN)}")

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is not None and cast(HtmxRequest, request).htmx:
            # htmx swaps only a 200; otherwise the old rows would stay and look fresh.
            return render(request, "dashboard/_signed_out.html")
        if answer is not None and (refusal := getattr(request, "refusal", "")):
            return render(request, "registration/refused.html", {"refusal": refusal}, status=403)
        return answer


def keep_no_data(sender: object, instance: AccessAttempt, **kwargs: object) -> None:
    """Drop query and form of a failed sign-in: its ``next`` may contain a customer's number."""
    instance.get_data = instance.post_data = ""
