"""Counts beside every choice, each a link that narrows or widens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from appoints.display.formats import count
from appoints.display.html import NOTHING, html, joined
from appoints.display.texts import tip, visible
from appoints.query.columns import COLUMNS
from appoints.query.filters import FILTERS, NAMES
from appoints.query.lists import written
from appoints.query.query import Query
from appoints.results.facets import ValueCount

MOST_CHOICES = 12  # lines of a menu that has many

# The number of late calls stands in the summary.
MENUS = dict(
    sorted(
        ((name, each) for name, each in FILTERS.items() if each.menu),
        key=lambda item: item[1].menu_weight,
    )
)
TYPED = ("agents", "task")  # chosen also by what stands in no row
BOX = (
    '<label title="%s"> <input type="checkbox" autocomplete="off" name="agent" value="%s"'
    ' form="filter-form"%s> %s </label>'
)


class Choice(NamedTuple):
    """A value in words, its number of rows, where its link leads and whether it is chosen.

    ``hint`` tells more where the words leave something open.
    """

    value: str | None
    text: str
    rows: int
    address: str | None
    chosen: bool
    hint: str | Promise = ""
    css: str = ""

    @property
    def style(self) -> str:
        """The name by which the summary's style sheet knows it."""
        return self.css or ("late" if self.value == "true" else self.value or "")

    @property
    def word(self) -> str:
        """The value as a list has it."""
        return "" if self.value is None else written(self.value)


class FilterMenu(NamedTuple):
    """The choices of one filter; ``more`` counts those that are not shown, ``chosen`` its values.

    ``name`` is that of the question's field.
    """

    name: str
    title: str | Promise
    choices: list[Choice]
    more: int
    chosen: int

    def lines(self, place: str) -> SafeString:
        """Return a line for each choice: agents to tick, others as links that lead to ``place``.

        A page has a hundred of them, over which a template takes its time.
        """
        return joined(html("<li>%s</li>", self._line(choice, place)) for choice in self.choices)

    def _line(self, choice: Choice, place: str) -> SafeString:
        text, rows = visible(choice.text), count(choice.rows)
        shown = html('<bdi>%s</bdi> <span class="count">%s</span>', text, rows)
        told = f"{tip(choice.text)} {tip(choice.value or '')}"
        if choice.address is None:
            return html('<span class="plain">%s</span>', shown)
        if self.name == "agents" and choice.value is not None:
            checked = html(" checked") if choice.chosen else NOTHING
            return html(BOX, told, choice.word, checked, shown)
        current = html(' aria-current="true"') if choice.chosen else NOTHING
        title = html(' title="%s"', told) if choice.value else NOTHING
        return html('<a href="%s?%s"%s%s> %s </a>', place, choice.address, current, title, shown)


def filter_menus(
    counted: Mapping[str, list[ValueCount]], query: Query, reasons: Mapping[str, str]
) -> list[FilterMenu]:
    """Return every menu that has a choice to make, with its most frequent choices.

    Where not all rows are at hand nothing is counted, and what can be typed is left.
    """
    found = [
        filter_menu(name, counted.get(name, []), query, reasons, MOST_CHOICES) for name in MENUS
    ]
    return [
        each
        for each in found
        if each.name in TYPED
        or any(choice.value is not None or choice.chosen for choice in each.choices)
    ]


def filter_menu(
    name: str,
    lines: Iterable[ValueCount],
    query: Query,
    reasons: Mapping[str, str],
    most: int | None,
) -> FilterMenu:
    """Return the choices of one filter: those chosen, none, and at most so many others."""
    choices = _told_apart([choice_of(name, line, query, reasons) for line in lines])
    shown = [
        choice
        for number, choice in enumerate(choices)
        if most is None or number < most or choice.chosen or choice.value is None
    ]
    more = len(choices) - len(shown)
    chosen = len(_chosen(name, query)) + query.lacks(name)
    return FilterMenu(name, MENUS[name].menu, shown, more, chosen)


def offered(menus: Iterable[FilterMenu]) -> set[str]:
    """Return the agents that menus offer one by one."""
    return {
        choice.value
        for each in menus
        if each.name == "agents"
        for choice in each.choices
        if choice.value and choice.address is not None
    }


def _told_apart(choices: list[Choice]) -> list[Choice]:
    """Add the value to words that several choices share."""
    often = Counter(choice.text for choice in choices)
    return [
        choice._replace(text=f"{choice.text} · {choice.value}")
        if often[choice.text] > 1 and choice.value
        else choice
        for choice in choices
    ]


def choice_of(name: str, line: ValueCount, query: Query, reasons: Mapping[str, str]) -> Choice:
    value = line.value
    if value is None:
        return _none(name, line.rows, query)
    chosen = value in _chosen(name, query)
    address = query.but(**{name: _changed(name, value, query, chosen)}).urlencode()
    text = _words(name, line, reasons)
    can_be_asked = FILTERS[name].can_be(value)
    return Choice(value, text, line.rows, address if can_be_asked else None, chosen)


def _none(name: str, rows: int, query: Query) -> Choice:
    """Return the choice of the rows that have none."""
    chosen, param = query.lacks(name), NAMES[name]
    rest = tuple(each for each in query.without if each != param)
    address = query.but(without=rest if chosen else (*rest, param)).urlencode()
    return Choice(None, str(_("none")), rows, address, chosen)


def _words(name: str, line: ValueCount, reasons: Mapping[str, str]) -> str:
    value, filter_ = line.value or "", FILTERS[name]
    if filter_.kind == "flag":
        heading = COLUMNS[filter_.column].heading
        return str(heading) if value == "true" else pgettext("flag", "no")
    if name == "causes":
        return reasons.get(value, value)
    return line.name or str(filter_.words.get(value, value))


def _chosen(name: str, query: Query) -> tuple[str, ...]:
    value = query.wanted(name)
    if value is True:
        return ("true",)
    return value if isinstance(value, tuple) else (value,) if value else ()


def _changed(name: str, value: str, query: Query, chosen: bool) -> Any:
    """Return the field's value once this choice is taken, or taken back."""
    if FILTERS[name].kind == "flag":
        return not chosen
    if isinstance(getattr(query, name), tuple):
        before = _chosen(name, query)
        rest = tuple(each for each in before if each != value)
        return rest if chosen else (*rest, value)
    return "" if chosen else value
