"""The filters in force as a sentence of parts, each with the address without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.isales import codes
from appoints.results.query import Query
from appoints.words import PRESET_WORDS, STATE_WORDS, isolated, word


class Chip(NamedTuple):
    """A filter in words, and the query string of the question without it."""

    text: str
    without: str


def chips(query: Query, tasks: Mapping[str, str]) -> list[Chip]:
    """Return a chip for every filter but the connection; ``tasks`` names tasks by ID."""
    return [Chip(text, query.but(**less).urlencode()) for text, less in _parts(query, tasks)]


def _parts(query: Query, tasks: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    if query.preset:
        yield str(PRESET_WORDS[query.preset]), {"preset": ""}
    if query.begin is not None:
        yield _("from %s") % isolated(query.begin.isoformat()), {"begin": None}
    if query.end is not None:
        yield _("to %s") % isolated(query.end.isoformat()), {"end": None}
    if query.agents:
        count = len(query.agents)
        text = ngettext("%d agent", "%d agents", count) % count
        if count <= 3:
            text = _("agent %s") % ", ".join(map(isolated, query.agents))
        yield text, {"agents": ()}
    if query.number:
        yield _("number %s") % isolated(query.number), {"number": ""}
    if query.task:
        yield _("task %s") % isolated(tasks.get(query.task, query.task)), {"task": ""}
    yield from _local_parts(query)


def _local_parts(query: Query) -> Iterator[tuple[str, dict[str, Any]]]:
    for state in query.states:
        yield str(STATE_WORDS[state]), {"states": _less(query.states, state)}
    if query.late:
        yield _("late"), {"late": False}
    if query.call_type:
        yield word(codes.CALL_TYPES, query.call_type), {"call_type": ""}
    for group in query.cause_groups:
        yield word(codes.GROUPS, group), {"cause_groups": _less(query.cause_groups, group)}
    for cause in query.causes:
        yield _("cause %s") % isolated(cause), {"causes": _less(query.causes, cause)}
    if query.text:
        yield _("with “%s”") % isolated(query.text), {"text": ""}


def _less(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(each for each in values if each != value)
