"""A day's lanes: a picture for each agent, in which each mark is a link, and their table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import ngettext

MOST_LANES = 50  # on a page


@dataclass(frozen=True, kw_only=True)
class AgentLane:
    """An agent's lane: the picture, ``height`` pixels high, and its marks as rows of a table."""

    text: str
    rows: SafeString
    height: int
    drawn: SafeString
    marks: SafeString


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


def agents_words(first: int, shown: int, every: int) -> str:
    """Return which agents are shown; empty where all are."""
    if shown == every:
        return ""
    words = ngettext(
        "Agents %(first)s–%(last)s of %(all)s", "Agents %(first)s–%(last)s of %(all)s", every
    )
    return words % {"first": first, "last": first + shown - 1, "all": every}
