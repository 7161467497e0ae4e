"""The pages of saved views: open, save, list, change, delete, and what opens by default."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appoints.access.rights import SEE_NUMBERS
from appoints.access.scope import Scope, scope_of
from appoints.display.chips import chips
from appoints.forms.bind import form_of
from appoints.forms.filterset import AppointFilter
from appoints.forms.numbers import as_allowed
from appoints.query.columns import COLUMNS
from appoints.query.query import Query
from appoints.saved_views.contexts import (
    DeleteViewContext,
    SavedViewLine,
    ViewFormContext,
    ViewListContext,
)
from appoints.saved_views.forms import NamingForm
from appoints.saved_views.menu import GROUPS, columns_of, text_of, view_called
from appoints.saved_views.models import PersonDefault, SavedView
from appoints.saved_views.visibility import default_of, in_groups, visible_to
from dashboard.accounts.models import Team
from dashboard.accounts.requests import SignedInRequest

PER_PAGE = 50


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Open the person's default view, else the list as of today."""
    default = default_of(request.user, scope_of(request.user))
    if default is not None:
        return _opened(request, default.view)
    return redirect(f"{reverse('appoints:list')}?preset=today")


@require_safe
def open_view(request: SignedInRequest, slug: str) -> HttpResponse:
    """Lead to what a view asks."""
    return _opened(request, _visible(request, slug))


@require_safe
def view_list(request: SignedInRequest) -> HttpResponse:
    """Show the views that the person may open, page by page."""
    scope = scope_of(request.user)
    seen = in_groups(visible_to(request.user, scope), request.user.pk)
    page = Paginator(seen.select_related("owner", "team"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    own = PersonDefault.objects.filter(person=request.user).values_list("view", flat=True).first()
    teams: defaultdict[int, list[str]] = defaultdict(list)
    for name, default in Team.objects.of(request.user).values_list("name", "default_view__view"):
        teams[default].append(name)

    def line(view: SavedView) -> SavedViewLine:
        return SavedViewLine(view, _words(request, view, scope), view.pk == own, teams[view.pk])

    groups = [
        (GROUPS[group], list(map(line, views)))
        for group, views in groupby(page, key=attrgetter("group"))
    ]
    return ViewListContext(groups=groups, page=page).response(request)


@require_http_methods(["GET", "HEAD", "POST"])
def save_new(request: SignedInRequest) -> HttpResponse:
    """Save what the address asks under a name."""
    scope = scope_of(request.user)
    asked = form_of(request.GET, scope, request.preferences)
    if not _can_be_saved(asked):
        return _to_list(request.GET.urlencode())
    query = asked.query()
    columns = columns_of(view_called(request.user, scope, query.view), request.user)
    view = SavedView(owner=request.user, columns=columns)
    view.keep(text_of(query))
    form = NamingForm(request.POST if request.method == "POST" else None, instance=view)
    if form.stored():
        messages.success(request, _("The view “%s” is saved.") % view)
        return _opened(request, view)
    return _naming(request, form, view)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """Rename a view, share it, or make it a default."""
    view = _own(request, slug)
    form = NamingForm(request.POST if request.method == "POST" else None, instance=view)
    if form.stored():
        messages.success(request, _("The view “%s” is saved.") % view)
        return redirect("views:list")
    return _naming(request, form, view)


@require_POST
def update(request: SignedInRequest, slug: str) -> HttpResponse:
    """Let a view ask from now on what the address asks."""
    view = _own(request, slug)
    asked = form_of(request.GET, scope_of(request.user), request.preferences)
    if not _can_be_saved(asked):
        return _to_list(request.GET.urlencode())
    view.keep(text_of(asked.query()))
    view.columns = columns_of(view, request.user)
    view.save()
    messages.success(request, _("The view “%s” is saved.") % view)
    return _opened(request, view)


@require_POST
def make_default(request: SignedInRequest, slug: str) -> HttpResponse:
    """Let a view open when the person comes, or no longer; then go on where they were."""
    view = _visible(request, slug)
    if "off" in request.POST:
        PersonDefault.objects.filter(person=request.user, view=view).delete()
        messages.success(request, _("“%s” is no longer your default view.") % view)
    else:
        PersonDefault.objects.update_or_create(person=request.user, defaults={"view": view})
        messages.success(request, _("“%s” is your default view.") % view)
    return _to_list(request.GET.urlencode()) if request.GET else redirect("views:list")


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, slug: str) -> HttpResponse:
    """Ask whether a view may go, and delete it."""
    view = _own(request, slug)
    if request.method == "POST":
        view.delete()
        messages.success(request, _("The view “%s” is deleted.") % view)
        return redirect("views:list")
    return DeleteViewContext(view=view).response(request)


def _visible(request: SignedInRequest, slug: str) -> SavedView:
    seen = visible_to(request.user, scope_of(request.user))
    return get_object_or_404(seen, slug=slug)


def _own(request: SignedInRequest, slug: str) -> SavedView:
    return get_object_or_404(SavedView.objects.changeable_by(request.user), slug=slug)


def _opened(request: SignedInRequest, view: SavedView) -> HttpResponse:
    query = view.query
    if query is None:
        words = _("What “%s” asks cannot be read: none of CREDENTIAL_KEYS decrypts it.")
        messages.error(request, words % view)
        return redirect("views:list")
    if view.agent_list is not None:
        view.agent_list.people.add(request.user)
    if view.names_number and not request.user.has_perm(SEE_NUMBERS):
        query = as_allowed(QueryDict(query), masked=True).urlencode()
    return _to_list("&".join(part for part in (query, f"view={view.slug}") if part))


def _to_list(query: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('appoints:list')}?{query}")


def _can_be_saved(asked: AppointFilter) -> bool:
    """Tell whether the list would show it; if not, the list says why."""
    return bool(asked.queryset.exists() and asked.form.is_valid())


def _naming(request: SignedInRequest, form: NamingForm, view: SavedView) -> HttpResponse:
    # The name as stored, for what was typed may be wrong.
    return ViewFormContext(
        form=form,
        new=view.pk is None,
        words=_words(request, view, scope_of(request.user)),
        address=request.GET.urlencode(),
    ).response(request, status=400 if form.errors else 200)


def _words(request: SignedInRequest, view: SavedView, scope: Scope) -> str | None:
    """Return what a view asks in words, or why it cannot be asked any more."""
    query = view.query
    if query is None:
        return None
    asked = form_of(QueryDict(query), scope, request.preferences)
    if not _can_be_saved(asked):
        return _("This cannot be asked any more; open it to see why.")
    return " · ".join(_parts(asked.query(), asked))


def _parts(query: Query, asked: AppointFilter) -> Iterator[str]:
    if len(asked.queryset) > 1:
        yield str(asked.queryset.get(slug=query.connection))
    zone = ZoneInfo(query.zone) if query.zone else asked.zone
    filters = [chip.text for chip in chips(query, zone)]
    yield from filters or [_("every reserved call")]
    name = query.sort.removeprefix("-")
    if query.sort.startswith("-"):
        yield _("sorted by %s, descending") % COLUMNS[name].label
    elif name:
        yield _("sorted by %s") % COLUMNS[name].label
