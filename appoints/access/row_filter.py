"""Which rows of a connection a person may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from appoints.query.filters import MOST_AGENTS
from appoints.query.query import Query


class GrantedPart(NamedTuple):
    """Rows that name one of these agents and one of these tasks; an empty set stands for all."""

    agents: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()

    def holds(self, other: GrantedPart) -> bool:
        """Tell whether every row of the other part is one of this part too."""
        return all(
            not own or (theirs and theirs <= own) for own, theirs in zip(self, other, strict=True)
        )

    def mask(self) -> pl.Expr:
        """Tell whether a row belongs to the part; one that names no agent or task does not."""
        named = [("agent", self.agents), ("task_id", self.tasks)]
        found = [pl.col(column).is_in(list(values)) for column, values in named if values]
        return pl.all_horizontal(pl.lit(True), *found).fill_null(value=False)


@dataclass(frozen=True, slots=True)
class RowFilter:
    """The rows of any of the parts; without a part, none.

    Equal for the same grants, however they are written, so that people of one team share what is
    cached.
    """

    parts: frozenset[GrantedPart] = frozenset()

    @classmethod
    def of(cls, parts: Iterable[GrantedPart]) -> RowFilter:
        """Return the filter of some parts, without those that others hold."""
        found = set(parts)
        return cls(
            frozenset(
                each
                for each in found
                if not any(other.holds(each) for other in found if other != each)
            )
        )

    @property
    def is_everything(self) -> bool:
        """Whether every row may be seen."""
        return GrantedPart() in self.parts

    def applied(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of a frame that may be seen."""
        if self.is_everything:
            return frame
        return frame.filter(pl.any_horizontal(pl.lit(False), *(each.mask() for each in self.parts)))

    @property
    def agents(self) -> frozenset[str]:
        """The agents that rows may name, empty where that is any."""
        return _union(part.agents for part in self.parts)

    @property
    def tasks(self) -> frozenset[str]:
        """The tasks that rows may name, empty where that is any."""
        return _union(part.tasks for part in self.parts)

    def may_name(self, agents: Iterable[str], tasks: Iterable[str]) -> bool:
        """Tell whether rows that may be seen name these agents and tasks, or might.

        They might name any agent where only tasks are granted, and any task where only agents are.
        """
        named = ((self.agents, agents), (self.tasks, tasks))
        return all(not own or own.issuperset(wanted) for own, wanted in named)

    def task_names(self, names: Mapping[str, str]) -> Mapping[str, str]:
        """Return the names of the tasks by ID that are sure to be the person's to see.

        Where only agents are named, which tasks are theirs is not known without their rows.
        """
        if self.is_everything:
            return names
        return {task: name for task, name in names.items() if task in self.tasks}

    def narrowed(self, query: Query) -> Query | None:
        """Return what iSales can be asked in place of everything; None where that is no less.

        Its answer holds every row that the question and this filter let through, and maybe others.
        """
        found = query
        if not query.upstream().agents and 0 < len(self.agents) <= MOST_AGENTS:
            found = replace(found, agents=tuple(sorted(self.agents)))
        if not query.upstream().task and len(self.tasks) == 1:
            found = replace(found, task=next(iter(self.tasks)))
        return None if found == query else found

    def is_upstream(self, query: Query) -> bool:
        """Tell whether iSales' answer to a question holds no row that must be left out here."""
        asked = query.upstream()
        asked_for = [frozenset(asked.agents), frozenset({asked.task} - {""})]
        return any(
            all(
                not own or (sent and sent <= own) for own, sent in zip(part, asked_for, strict=True)
            )
            for part in self.parts
        )

    def asked(self, query: Query) -> Query | None:
        """Return the question for just these of its rows; None where no address can ask so."""
        found = self.narrowed(query) or query
        return found if self.is_upstream(found) else None


EVERYTHING = RowFilter(frozenset({GrantedPart()}))
NOTHING = RowFilter()


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return the union of sets of which an empty one stands for all."""
    found = list(sets)
    return frozenset().union(*found) if all(found) else frozenset()
