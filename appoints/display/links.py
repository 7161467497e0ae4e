"""The links to a question that a person copies, each an address in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from appoints.display.chips import range_words
from appoints.forms.bind import Question
from appoints.labels import PRESET_WORDS
from appoints.query.query import Query

WALLBOARD, FRAME = "wallboard", "embed"
# By the name of the address that a link opens.
PLACES: Mapping[str, str | Promise] = {
    "appoints:list": pgettext_lazy("what a link opens", "The list"),
    WALLBOARD: gettext_lazy("The wallboard"),
    FRAME: gettext_lazy("A portal's frame"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link: what it opens, ``moving`` or ``fixed`` time, ``with`` or ``without`` the saved view.

    ``view`` is empty where there is no choice.
    """

    place: str
    time: str
    view: str
    address: str


@dataclass(frozen=True, slots=True)
class LinkBuilder:
    """Every link to a question, and the choices that lead to one of them.

    ``moving`` and ``fixed`` say which time the two kinds of links ask for; ``fixed`` is empty where
    it is the same. ``view`` is the name of the saved view, empty without one.
    """

    places: Mapping[str, str | Promise]
    moving: str
    fixed: str
    view: str
    links: Sequence[Link]


def link_builder(question: Question, view: object, site: str) -> LinkBuilder:
    """Return the links to a question of a site's address; ``view`` is the saved view, or None."""
    fixed = _fixed(question)
    names = [name for name in PLACES if name != FRAME or settings.FRAME_ANCESTORS]
    links = [
        Link(place, *kind, f"{urljoin(site, reverse(place))}?{query.urlencode()}")
        for place in names
        for kind, query in _asked(question.query, fixed, bool(view) and place != WALLBOARD)
    ]
    words = range_words(fixed, question.zone) if fixed else ""
    places = {name: PLACES[name] for name in names}
    return LinkBuilder(places, _moving(question.query), words, str(view or ""), links)


def _asked(
    query: Query, fixed: Query | None, has_view: bool
) -> Iterator[tuple[tuple[str, str], Query]]:
    """Yield the kind of each link and what it asks, from the first page on."""
    for time, asked in (("moving", query), ("fixed", fixed)):
        if asked:
            yield (time, "without" if has_view else ""), asked.but(view="")
            if has_view:
                yield (time, "with"), asked.but()


def _moving(query: Query) -> str:
    if query.preset:
        return _("%s, whenever it is opened") % PRESET_WORDS[query.preset]
    return _("In the time zone of whoever opens it")


def _fixed(question: Question) -> Query | None:
    """Return the question for the same moments, whenever and wherever it is opened.

    None where it asks for them anyway: its times have an offset, or it names their zone.
    """
    query = question.query
    if query.zone and not query.preset:
        return None
    begin, end = (each and each.astimezone(question.zone) for each in question.window)
    fixed = question.fixed.but(begin=begin, end=end)
    return None if fixed == query.but() else fixed
