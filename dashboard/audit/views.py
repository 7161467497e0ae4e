"""The log of who looked at, took and changed what, for those who may read it."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.accounts.requests import SignedInRequest
from dashboard.audit.export import lines
from dashboard.audit.filters import EventFilter
from dashboard.audit.log import Target, record, record_look
from dashboard.audit.models import Event, EventQuerySet
from dashboard.audit.origin import of_request
from dashboard.audit.table import EventTable
from dashboard.audit.tokens import number_token

PER_PAGE = 50
LOG = Target("log")
auditors_only = permission_required("audit.view_event", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@auditors_only
def event_list(request: SignedInRequest) -> HttpResponse:
    """Show a page of the log; a posted form becomes an address without a number in it."""
    if request.method == "POST":
        address = f"{reverse('audit:list')}?{_address(request.POST)}"
        return HttpResponseRedirect(address, status=303)
    with timezone.override(request.preferences.zone):
        found = EventFilter(request.GET, Event.objects.all())
        if not found.is_valid():
            return _page(request, found, Event.objects.none(), 400)
        record_look(of_request(request), LOG, *_about(found), same=_address(request.GET))
        return _page(request, found, found.qs, 200)


@require_safe
@auditors_only
def event_csv(request: SignedInRequest) -> HttpResponseBase:
    """Send what the page shows, all pages of it, once the log says so."""
    zone = request.preferences.zone
    with timezone.override(zone):
        found = EventFilter(request.GET, Event.objects.all())
        if not found.is_valid():
            return _refusal(found.form.errors.as_text())
        if unknown := _unknown(request):
            return _refusal(_("%s: there is no such parameter.") % ", ".join(unknown))
        events = found.qs
        record(of_request(request, Event.Way.FILE), Event.Action.FILE, LOG, *_about(found))
    response = StreamingHttpResponse(
        lines(events.iterator(), zone), content_type="text/csv; charset=utf-8"
    )
    name = timezone.localtime(timezone=zone).strftime("log_%Y-%m-%d_%H%M%S.csv")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _unknown(request: SignedInRequest) -> list[str]:
    """Return the parameters of the address that are no filter."""
    return sorted(request.GET.keys() - EventFilter.base_filters.keys())


def _refusal(text: str) -> HttpResponse:
    return HttpResponse(text, "text/plain; charset=utf-8", 400)


def _page(
    request: SignedInRequest, found: EventFilter, events: EventQuerySet, status: int
) -> HttpResponse:
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    address = _address(request.GET)
    context = {
        "form": found.form,
        "table": EventTable(page.object_list),
        "page": page,
        "address": address,
        "before": f"{address}&" if address else "",
        "unknown": [name for name in _unknown(request) if name != "page"],
    }
    return render(request, "audit/list.html", context, status=status)


def _address(data: QueryDict) -> str:
    """Return the filters of a form as an address; a number as its token."""
    filters = {name: data.get(name, "").strip() for name in EventFilter.base_filters}
    if filters["number"]:
        filters["number"] = number_token(filters["number"])
    made = QueryDict(mutable=True)
    made.update({name: value for name, value in filters.items() if value})
    return made.urlencode()


def _about(found: EventFilter) -> tuple[dict[str, object], list[str]]:
    """Return the filters in force, and the number among them apart."""
    filters = {name: str(value) for name, value in found.form.cleaned_data.items() if value}
    number = filters.pop("number", "")
    return {"filters": filters}, [number] if number else []
