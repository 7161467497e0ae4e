"""All the choices of one filter, where a menu shows the most frequent ones."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from appoints.connections import lookups
from appoints.display.facets import MENUS, facet, offered
from appoints.forms.bind import form_of, question_of
from appoints.isales.errors import FetchError
from appoints.results import passthrough
from appoints.results.result import NeedsWhole
from dashboard.accounts.requests import SignedInRequest


@require_safe
def choose(request: SignedInRequest, name: str) -> HttpResponse:
    """Show every choice of a filter with its count; what cannot be counted, the list explains."""
    if name not in MENUS:
        raise Http404
    form = form_of(request.GET, request.user, request.preferences)
    if not form.queryset.exists() or not form.is_valid():
        return _to_list(request)
    question = question_of(form)
    query = question.query
    with timezone.override(question.zone):
        try:
            result = question.ask(wait=settings.APPOINTS_PAGE_WAIT)
        except (NeedsWhole, passthrough.TooLong, FetchError):
            return _to_list(request)
        if result.facets is None:
            return _to_list(request)
        reasons = lookups.reasons(question.connection, platform=result.error is None)
        chosen = facet(name, result.facets[name], query, reasons, None)
        form.form.offer(offered([chosen]))
        context = {
            "facet": chosen,
            "form": form.form,
            "address": query.urlencode(),
            "rest": list(query.but(**{name: type(getattr(query, name))()}).params()),
        }
        return render(request, "appoints/facet.html", context)


def _to_list(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('appoints:list')}?{request.GET.urlencode()}")
