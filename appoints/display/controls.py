"""Fields and menus of the form, drawn once for the same question over the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import get_language

from appoints.display.filter_menus import FilterMenu, filter_menus, offered
from appoints.display.html import Keep, size_of
from appoints.forms.query_form import MORE_FILTERS, OF_CLOCK, QueryForm
from appoints.query.query import Query
from appoints.results.facets import ValueCount
from appoints.results.kept import kept_without_rows


@dataclass(frozen=True, eq=False, kw_only=True)
class Controls:
    """The filters' menus, whose links lead to ``place``; beside the fields of the form.

    ``counted`` are the rows of each choice for the menus. ``tasks`` are names by ID, ``reasons``
    the words of causes. ``keep`` keeps the part with the rows that its menus count; without, it is
    drawn anew, as of a form that is wrong.
    """

    form: QueryForm
    query: Query = field(default_factory=Query)
    counted: Mapping[str, list[ValueCount]] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    place: str
    keep: Keep | None = None

    @cached_property
    def menus(self) -> Sequence[FilterMenu]:
        """The menus. The box for agents then lacks those that they offer."""
        found = filter_menus(self.counted, self.query, self.reasons)
        self.form.offer(offered(found))
        return found

    @property
    def address(self) -> str:
        """The query string of the question."""
        return self.query.urlencode()

    @property
    def more_filters(self) -> FormPart:
        """The fields under "More filters"."""
        return self._part("more filters", [each.name for each in MORE_FILTERS])

    @property
    def range_fields(self) -> FormPart:
        """The fields of the range."""
        return self._part("range", ("from", "to", "tz"))

    @property
    def search_fields(self) -> FormPart:
        """The fields that are searched by, and those that keep what links ask for."""
        kept = ("preset", "view", *(each.name for each in OF_CLOCK))
        return self._part("search", ("number", "q", *kept))

    def _part(self, name: str, fields: Iterable[str]) -> FormPart:
        return FormPart(self.form, name, tuple(fields), is_kept=self.keep is not None)

    def drawn(self, draw: Callable[[], str]) -> str:
        """Return the part as HTML; ``draw`` is called where it is not kept."""
        if self.keep is None:
            return draw()
        form, data = self.form, cast(QueryDict, self.form.data)
        asked = (data.urlencode(), form.zone.key, form.masked, self.address, self.place)
        words = frozenset(self.reasons.items()), frozenset(self.tasks.items())
        return self.keep("menus", draw, size_of, asked, words, get_language())


@dataclass(frozen=True, eq=False)
class FormPart:
    """Fields of a form that need no rows, kept for whoever fills them in alike."""

    form: QueryForm
    name: str
    fields: tuple[str, ...]
    is_kept: bool

    def drawn(self, draw: Callable[[], str]) -> str:
        """Return the part as HTML; ``draw`` is called where it is not kept."""
        if not self.is_kept:
            return draw()
        form, data = self.form, cast(QueryDict, self.form.data)
        values = tuple(tuple(data.getlist(each)) for each in self.fields)
        asked = (values, form.zone.key, form.masked, get_language())
        return kept_without_rows(self.name, draw, size_of, *asked)
