"""A section of Insight: what it asks, and what it makes of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from django.utils.functional import Promise

from appoints.forms.bind import Question
from appoints.insight.line import FigureLine
from appoints.query.presets import OVERDUE
from appoints.results.result import Result

MOST_LINES = 8  # of a table on the page of all sections
# Filters by what became of a call, and when: they say nothing of calls to come.
OUTCOMES = (
    *("states", "late", "punctual", "causes", "cause_groups", "repeats"),
    *("hours", "weekdays", "call_hours", "call_weekdays", "untimed"),
)


@dataclass(frozen=True, kw_only=True)
class FigureOptions:
    """What an address of Insight says beside the question.

    ``working`` tells delays in working hours. ``day`` is the day of the lanes, ``first`` the first
    agent of theirs that is shown, from 1. Of a table ``most`` lines are shown.
    """

    working: bool = False
    day: date | None = None
    first: int = 1
    most: int = MOST_LINES


class Section:
    """A section of the rows of a question; a subclass says what it makes of them.

    ``leaves_out`` are the fields of filters that do not count, which the page says but for those
    that the figures show in another way. ``needed`` are its questions whose rows must all be at
    hand, by their names, and ``asked`` is the question of the page.
    """

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    about: ClassVar[str | Promise]
    line: ClassVar[type[FigureLine]]
    leaves_out: ClassVar[tuple[str, ...]] = ()
    hides_left_out: ClassVar[tuple[str, ...]] = ()
    needed: ClassVar[tuple[str, ...]] = ("rows",)

    def __init__(self, question: Question, options: FigureOptions) -> None:
        self.options, self.asked = options, question
        states_go = question.query.preset == OVERDUE and "states" in self.leaves_out
        query = question.fixed if states_go else question.query
        query = query.leaving_out(*self.leaves_out).but(sort="", view="")
        self.question = replace(question, query=query)

    def questions(self) -> dict[str, Question]:
        """Return what is asked, by name; ``rows`` is of what the figures are."""
        return {"rows": self.question}

    def lines(self, found: Mapping[str, Result]) -> Sequence[FigureLine]:
        """Return the figures of the rows, which are all at hand."""
        raise NotImplementedError

    def figures(self, lines: Sequence[Any], found: Mapping[str, Result]) -> Any:
        """Return the lines as a page shows them."""
        raise NotImplementedError
