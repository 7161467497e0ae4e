"""What each template of saved views shows; see ``display.context``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.core.paginator import Page
from django.utils.functional import Promise

from appoints.display.context import Context
from appoints.saved_views.forms import NamingForm
from appoints.saved_views.models import SavedView


class SavedViewLine(NamedTuple):
    """A view as its page lists it; ``words`` are None where nobody can read what it asks.

    ``default`` says whether it is the person's own, ``teams`` of which of their teams it is.
    """

    view: SavedView
    words: str | None
    default: bool
    teams: list[str]


@dataclass(frozen=True, kw_only=True)
class ViewListContext(Context):
    """The views that the person may open: headings with their lines, and the page of them."""

    template = "appoints/saved_views/list.html"

    groups: Sequence[tuple[str | Promise, Sequence[SavedViewLine]]]
    page: Page[SavedView]


@dataclass(frozen=True, kw_only=True)
class ViewFormContext(Context):
    """A view's name, who sees it, and whose default it is.

    ``new`` says that it is not stored yet, ``words`` what it asks, None where nobody can read it;
    ``address`` is the question of the list that the person came from.
    """

    template = "appoints/saved_views/form.html"

    form: NamingForm
    new: bool
    words: str | None
    address: str


@dataclass(frozen=True, kw_only=True)
class DeleteViewContext(Context):
    """The question whether a view may go."""

    template = "appoints/saved_views/delete.html"

    view: SavedView
