"""The saved views that a person may open, beside the question that they are looking at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appoints.access.number_token import opened
from appoints.access.scope import Scope
from appoints.query.query import Query
from appoints.saved_views.models import PersonColumns, SavedView
from appoints.saved_views.visibility import (
    Default,
    default_of,
    in_groups,
    sight_of,
    visible,
    visible_to,
)
from dashboard.accounts.models import User
from dashboard.prepared import Prepared

SHOWN = 12  # views of a group in the menu; all are on their own page

# By the group of visibility.in_groups.
GROUPS = (_("My views"), _("My teams' views"), _("Views for everybody"))


class Group(NamedTuple):
    """The views of one heading, and how many more there are; ``own`` are the person's."""

    title: str | Promise
    views: list[SavedView]
    more: int
    own: bool


@dataclass(frozen=True, slots=True)
class ViewMenu:
    """The saved views that the list offers to a person, and the one that the question came from.

    ``groups`` are the views by whose they are, ``default`` is the person's default. ``view`` is the
    one that the address names, None without one; ``mine`` says whether it is the person's own, and
    ``changed`` whether the question differs from what it keeps.
    """

    groups: list[Group]
    default: Default | None
    view: SavedView | None
    mine: bool
    changed: bool

    @property
    def is_default(self) -> bool:
        """Whether the view at hand is what opens for this person."""
        return self.default is not None and self.default.view == self.view

    @property
    def can_become_default(self) -> bool:
        """Whether the view at hand is not yet this person's own default; a team's may be it."""
        return not self.is_default or (self.default is not None and self.default.team is not None)


def text_of(query: Query) -> str:
    """Return the query string that is saved: no page, no view, presets as they are.

    A number stands in it in full, for tokens do not outlive the keys that they were made with.
    """
    return query.but(view="", number=opened(query.number)).urlencode()


def view_called(user: User, scope: Scope, slug: str) -> SavedView | None:
    """Return the view that an address names, if the person may see it."""
    if not slug.isalnum():
        return None
    return visible_to(user, scope).filter(slug=slug).first()


def columns_of(view: SavedView | None, person: User) -> list[str]:
    """Return the columns to show: the view's, or the person's own where it has none."""
    if view and view.columns:
        return list(view.columns)
    return PersonColumns.of(person)


def _counts(masked: bool, *sight: Any) -> Any:
    """Return each group and its number of views, by the values of ``sight_of``."""
    views = in_groups(visible(masked, *sight), sight[0])
    return views.order_by("group").values_list("group").annotate(Count("pk"))


def _first_views(masked: bool, group: int, *sight: Any) -> Any:
    """Return the first views of a group."""
    views = in_groups(visible(masked, *sight), sight[0])
    return views.filter(group=group).select_related("team")[:SHOWN]


COUNTS = {masked: Prepared(partial(_counts, masked)) for masked in (False, True)}
FIRST_VIEWS = {masked: Prepared(partial(_first_views, masked)) for masked in (False, True)}


def view_menu_of(user: User, scope: Scope, slug: str, query: Query | None = None) -> ViewMenu:
    """Return what the list shows of saved views, of which the address names one by ``slug``.

    ``query`` is the question of a valid form.
    """
    sight = sight_of(user, scope)
    groups = [
        Group(
            GROUPS[group],
            FIRST_VIEWS[scope.masked].rows(group, *sight),
            max(0, count - SHOWN),
            own=group == 0,
        )
        for group, count in COUNTS[scope.masked].rows(*sight)
    ]
    default = default_of(user, scope) if groups else None
    view = view_called(user, scope, slug)
    return ViewMenu(
        groups,
        default,
        view,
        mine=view is not None and view.owner_id == user.pk,
        changed=view is not None and query is not None and view.query != text_of(query),
    )
