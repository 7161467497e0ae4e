"""The links to a question that a person copies, each an address in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

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
    """Every link to ``query`` on a ``site``, and the choices that lead to one of them.

    ``fixed_query`` asks for the same moments whenever it is asked, None where there is no such
    choice. ``view`` is the name of the saved view, empty without one. ``names`` are of the
    addresses that links open. What is drawn is made of these, for most pages show no new links.
    """

    site: str
    names: tuple[str, ...]
    query: Query
    fixed_query: Query | None
    zone: ZoneInfo
    view: str

    @property
    def places(self) -> Mapping[str, str | Promise]:
        """What links open, in words."""
        return {name: PLACES[name] for name in self.names}

    @property
    def moving(self) -> str:
        """Which time the links ask for that move with the clock."""
        if self.query.preset:
            return _("%s, whenever it is opened") % PRESET_WORDS[self.query.preset]
        return _("In the time zone of whoever opens it")

    @property
    def fixed(self) -> str:
        """Which time the others ask for, empty where there are none."""
        return range_words(self.fixed_query, self.zone) if self.fixed_query else ""

    @property
    def links(self) -> Sequence[Link]:
        """All links."""
        return [
            Link(place, *kind, f"{urljoin(self.site, reverse(place))}?{query.urlencode()}")
            for place in self.names
            for kind, query in _asked(
                self.query, self.fixed_query, bool(self.view) and place != WALLBOARD
            )
        ]


def link_builder(question: Question, view: object, site: str) -> LinkBuilder:
    """Return the links to a question of a site's address; ``view`` is the saved view, or None."""
    names = tuple(name for name in PLACES if name != FRAME or settings.FRAME_ANCESTORS)
    shown = str(view or "")
    return LinkBuilder(site, names, question.query, _fixed(question), question.zone, shown)


def _asked(
    query: Query, fixed: Query | None, has_view: bool
) -> Iterator[tuple[tuple[str, str], Query]]:
    """Yield the kind of each link and what it asks, from the first page on."""
    for time, asked in (("moving", query), ("fixed", fixed)):
        if asked:
            yield (time, "without" if has_view else ""), asked.but(view="")
            if has_view:
                yield (time, "with"), asked.but()


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
