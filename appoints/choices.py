"""Counts beside every choice, each a link that narrows or widens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appoints.fields import SEPARATORS
from appoints.isales import codes
from appoints.results.counts import Line, summary
from appoints.results.query import Query
from appoints.words import STATE_WORDS, word

SHOWN = 12  # lines of a facet that has many

TITLES: Mapping[str, str | Promise] = {
    "states": _("State"),
    "late": _("Late"),
    "call_type": _("Type"),
    "cause_groups": _("Who must act"),
    "causes": _("Cause"),
    "agents": _("Agent"),
    "task": _("Task"),
}
LATE_WORDS = {"true": _("Late"), "false": _("In time")}


class Choice(NamedTuple):
    """A value in words, its number of rows, where its link leads and whether it is chosen."""

    value: str | None
    text: str
    rows: int
    address: str | None
    chosen: bool


class Facet(NamedTuple):
    """The choices of one filter; ``more`` counts those that are not shown."""

    title: str | Promise
    choices: list[Choice]
    more: int


def facets(
    counted: Mapping[str, list[Line]], query: Query, reasons: Mapping[str, str]
) -> list[Facet]:
    """Return every facet that has a choice to make; reserved for results that are whole."""
    found = []
    for name, lines in counted.items():
        choices = [_choice(name, line, query, reasons) for line in lines]
        shown = [c for n, c in enumerate(choices) if n < SHOWN or c.chosen or c.value is None]
        if any(choice.value is not None for choice in choices):
            found.append(Facet(TITLES[name], shown, len(choices) - len(shown)))
    return found


def tiles(counted: Mapping[str, list[Line]], query: Query) -> list[Choice]:
    """Return the summary line: the rows of each state, and the late ones."""
    found = []
    for name, rows in summary(counted).items():
        if name == "late":
            line = Line("true", None, rows)
            found.append(_choice("late", line, query, {}))
        elif rows or name != "unknown":
            found.append(_choice("states", Line(name, None, rows), query, {}))
    return found


def _choice(name: str, line: Line, query: Query, reasons: Mapping[str, str]) -> Choice:
    value = line.value
    if value is None:
        return Choice(None, str(_("none")), line.rows, None, chosen=False)
    chosen = value in _chosen(name, query)
    address = query.but(**{name: _changed(name, value, query, chosen)}).urlencode()
    if name == "late" and value == "false":
        return Choice(value, str(LATE_WORDS[value]), line.rows, None, chosen=False)
    text = _words(name, line, reasons)
    return Choice(value, text, line.rows, address if _can_be_asked(name, value) else None, chosen)


def _can_be_asked(name: str, value: str) -> bool:
    """Tell whether an address can name a value: an odd one would be read as others, or refused."""
    if name == "call_type":
        return value in codes.CALL_TYPES
    return not (name in ("agents", "causes") and SEPARATORS.search(value))


def _words(name: str, line: Line, reasons: Mapping[str, str]) -> str:
    value = line.value or ""
    if name == "states":
        return str(STATE_WORDS[value])
    if name == "late":
        return str(LATE_WORDS[value])
    if name == "causes":
        return reasons.get(value, value)
    tables = {"call_type": codes.CALL_TYPES, "cause_groups": codes.GROUPS}
    return word(tables[name], value) if name in tables else line.name or value


def _chosen(name: str, query: Query) -> tuple[str, ...]:
    if name == "states":
        return query.wanted_states()
    if name == "late":
        return ("true",) if query.late else ()
    if name == "agents" and query.agent_list:
        return ()  # a click on one of so many means this one, not all the others
    value = getattr(query, name)
    return value if isinstance(value, tuple) else (value,) if value else ()


def _changed(name: str, value: str, query: Query, chosen: bool) -> Any:
    """Return the field's value once this choice is taken, or taken back."""
    if name == "late":
        return not chosen
    if isinstance(getattr(query, name), tuple):
        before = _chosen(name, query)
        rest = tuple(each for each in before if each != value)
        return rest if chosen else (*rest, value)
    return "" if chosen else value
