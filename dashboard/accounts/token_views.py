"""A person's own tokens, with which programs read for them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.accounts.forms import TokenForm
from dashboard.accounts.models import Token
from dashboard.accounts.requests import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: SignedInRequest) -> HttpResponse:
    """List the person's tokens, and make one, whose text this answer alone shows."""
    text, posted = "", request.POST if request.method == "POST" else None
    form = TokenForm(posted, instance=Token(person=request.user))
    if form.is_valid() and (text := form.store()):
        form = TokenForm(instance=Token(person=request.user))
    context = {"form": form, "text": text, "tokens": request.user.tokens.all()}
    with timezone.override(request.preferences.zone):
        status = 400 if form.errors else 200
        return render(request, "dashboard/tokens.html", context, status=status)


@require_POST
def revoke(request: SignedInRequest, key: str) -> HttpResponse:
    """Delete one of the person's tokens."""
    token = get_object_or_404(request.user.tokens, key=key)
    token.delete()
    messages.success(request, _("The token “%s” is revoked.") % token.name)
    return HttpResponseRedirect(reverse("tokens"))
