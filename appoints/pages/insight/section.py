"""A section of Insight: what it asks, and what it makes of the rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, TypeVar

from django.utils.functional import Promise

from appoints.forms.bind import Question
from appoints.insight.line import FigureLine
from appoints.query.presets import OVERDUE
from appoints.results.result import Result

LINE = 500  # bytes of a line, or about
MOST_LINES = 8  # of a table on the page of all sections
# Filters by what became of a call, and when: they say nothing of calls to come.
OUTCOMES = (
    *("states", "late", "punctual", "causes", "cause_groups", "repeats"),
    *("hours", "weekdays", "call_hours", "call_weekdays", "untimed", "outside"),
)

Made = TypeVar("Made")


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

    @property
    def depends_on(self) -> Hashable:
        """All but the rows and the zone that the lines depend on."""
        return ()

    def kept(
        self, found: Mapping[str, Result], make: Callable[[], Made], size: Callable[[Made], int]
    ) -> Made:
        """Return what ``make`` makes of the rows, once for the same rows; see ``Kept``."""
        others = tuple((name, found[name].version) for name in found if name != "rows")
        if not all(version for _name, version in others):
            return make()  # nobody can tell whether these rows are the same
        key = (self.question.zone.key, others, self.depends_on)
        return found["rows"].selection.made(f"insight {self.name}", make, size, key)

    def kept_lines(self, found: Mapping[str, Result]) -> Sequence[FigureLine]:
        """Return the figures of the rows, made once for the same rows."""
        return self.kept(found, lambda: self.lines(found), lambda made: len(made) * LINE)

    def shown(self, found: Mapping[str, Result]) -> Any:
        """Return the figures as a page shows them."""
        return self.figures(self.kept_lines(found), found)

    def figures(self, lines: Sequence[Any], found: Mapping[str, Result]) -> Any:
        """Return the lines as a page shows them."""
        raise NotImplementedError
