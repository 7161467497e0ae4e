"""The columns that a person wants in the list, and their order."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appoints.access.scope import scope_of
from appoints.display.table import DEFAULT_COLUMNS, known, offered
from appoints.pages.contexts import ColumnsContext
from appoints.saved_views.menu import columns_of, view_called
from appoints.saved_views.models import PersonColumns, SavedView
from dashboard.accounts.requests import SignedInRequest, came_from

STEPS = {"up": -1, "down": 1}


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: SignedInRequest) -> HttpResponse:
    """Show and keep the columns of a person, or of their own view that the address names.

    A step up or down leads back here, for the next step.
    """
    back = came_from(request) or reverse("home")
    view = _view(request, back)
    if request.method == "POST":
        return _changed(request, view, back)
    names = known(columns_of(view, request.user))
    return ColumnsContext(offered=offered(names), back=back, view=view).response(request)


def _changed(request: SignedInRequest, view: SavedView | None, back: str) -> HttpResponse:
    """Keep the columns of a posted form, and lead on."""
    names = [] if "reset" in request.POST else known(request.POST.getlist("column"))
    steps = STEPS.keys() & request.POST.keys()
    for step in steps:
        names = moved(names, request.POST[step], STEPS[step])
    if view and view.owner == request.user:
        view.columns = names
        view.save(update_fields=["columns", "changed"])
        kept = _("The view “%s” keeps these columns.") % view.name
    else:
        _keep(request, names)
        back = _without_view(back) if view else back
        kept = _("These columns are kept for you.")
    if not steps:
        messages.success(request, kept)
    here = f"{reverse('columns')}?{urlencode({'next': back})}"
    return HttpResponseRedirect(here if steps else back, status=303)


def moved(names: Sequence[str], name: str, step: int) -> list[str]:
    """Return the names with one a step further on, or as they are where it cannot go."""
    found = list(names)
    if name in found:
        at = found.index(name)
        to = min(max(at + step, 0), len(found) - 1)
        found.insert(to, found.pop(at))
    return found


def _keep(request: SignedInRequest, names: list[str]) -> None:
    """Keep the names; the site's own order is kept as nothing, and so stays the site's own."""
    kept = [] if names == list(DEFAULT_COLUMNS) else names
    PersonColumns.objects.update_or_create(person=request.user, defaults={"columns": kept})


def _view(request: SignedInRequest, back: str) -> SavedView | None:
    """Return the view that the person came from, if it has columns of its own."""
    scope = scope_of(request.user)
    view = view_called(request.user, scope, QueryDict(urlsplit(back).query).get("view") or "")
    return view if view and view.columns else None


def _without_view(back: str) -> str:
    """Return the address without the view of somebody else, whose columns would hide one's own."""
    parts = urlsplit(back)
    query = QueryDict(parts.query, mutable=True)
    del query["view"]
    return urlunsplit(parts._replace(query=query.urlencode(safe=",:")))
