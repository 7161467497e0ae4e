"""The saved views that a person may open, beside the question that they are looking at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appoints.models import Default, SavedView
from appoints.results.query import Query
from dashboard.models import Preferences

SHOWN = 12  # views of a group in the menu; all are on their own page

Audience = SavedView.Audience


class Group(NamedTuple):
    """The views of one heading, and how many more there are; ``own`` are the person's."""

    title: str | Promise
    views: list[SavedView]
    more: int
    own: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """``view`` is the one that the question came from, ``changed`` since or not."""

    groups: list[Group]
    default: Default | None
    view: SavedView | None
    mine: bool
    changed: bool

    @property
    def is_default(self) -> bool:
        """Whether the view at hand is what opens for this person."""
        return self.default is not None and self.default.view == self.view


def text_of(query: Query) -> str:
    """Return the query string that is saved: no page, no view, presets as they are."""
    return query.but(view="").urlencode()


def view_called(user: User, slug: str) -> SavedView | None:
    """Return the view that an address names, if the person may see it."""
    if not slug.isalnum():
        return None
    return SavedView.objects.visible_to(user).filter(slug=slug).first()


def columns_of(view: SavedView | None, own: Preferences) -> list[str]:
    """Return the columns to show: the view's, or the person's own where it has none."""
    columns: list[str] = (view and view.columns) or own.columns
    return columns


def shelf_of(user: User, slug: str, query: Query | None = None) -> Shelf:
    """Return what the list shows of saved views, of which the address names one by ``slug``.

    ``query`` is the question of a valid form.
    """
    views = list(SavedView.objects.visible_to(user).select_related("owner", "team"))
    default = SavedView.objects.default_of(user) if views else None
    view = next((each for each in views if each.slug == slug), None)
    return Shelf(
        [
            Group(title, found[:SHOWN], len(found[SHOWN:]), found[0].owner_id == user.pk)
            for title, found in grouped(views, user)
        ],
        default,
        view,
        mine=view is not None and view.owner_id == user.pk,
        changed=view is not None and query is not None and view.query != text_of(query),
    )


def grouped(views: list[SavedView], user: User) -> list[tuple[str | Promise, list[SavedView]]]:
    """Return the views under their headings; a heading without views is left out."""
    others = [each for each in views if each.owner_id != user.pk]
    groups: list[tuple[str | Promise, list[SavedView]]] = [
        (_("My views"), [each for each in views if each.owner_id == user.pk]),
        (_("My teams' views"), [each for each in others if each.audience == Audience.TEAM]),
        (_("Views for everybody"), [each for each in others if each.audience != Audience.TEAM]),
    ]
    return [group for group in groups if group[1]]
