"""A day's lanes: a picture for each agent, in which each mark is a link, and their table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from appoints.insight.lanes import LaneLine

MOST_LANES = 50  # on a page


class LaneMark(NamedTuple):
    """A mark in words: when, in which state, and when the call began; ``link`` is ``when``."""

    when: str
    word: str
    begun: str
    link: SafeString


@dataclass(frozen=True, kw_only=True)
class AgentLane:
    """An agent's lane: the picture, ``height`` pixels high, and its marks in words."""

    text: str
    rows: int
    height: int
    drawn: SafeString
    marks: Sequence[LaneMark]


@dataclass(frozen=True, kw_only=True)
class LaneFigures:
    """The lanes of a day.

    ``axis`` is the drawing of the hours over them. ``now`` says that it is marked. The calls of
    ``slots`` minutes are one mark, of 0 each is. ``before``, ``after``, ``earlier`` and ``later``
    are the addresses of the days and agents around these, empty where there are none.
    """

    template: ClassVar[str] = "appoints/insight/_lanes.html"
    day: str
    axis: SafeString
    lanes: Sequence[AgentLane]
    now: bool
    slots: int
    untimed: SafeString
    before: str
    after: str
    earlier: str
    later: str
    agents: str


def by_agent(lines: Sequence[LaneLine]) -> list[list[LaneLine]]:
    """Return the lines of each agent."""
    return [list(own) for _agent, own in groupby(lines, key=lambda line: line.agent)]


def agents_words(first: int, shown: int, every: int) -> str:
    """Return which agents are shown; empty where all are."""
    if shown == every:
        return ""
    words = ngettext(
        "Agents %(first)s–%(last)s of %(all)s", "Agents %(first)s–%(last)s of %(all)s", every
    )
    return words % {"first": first, "last": first + shown - 1, "all": every}
