"""The charts of a whole result: over time, by cause of failure, and by agent."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

import polars as pl
from django.utils.functional import cached_property
from django.utils.translation import get_language

from appoints.display.charts.agents import Agents, by_agent
from appoints.display.charts.causes import Causes, causes
from appoints.display.charts.histogram import Histogram
from appoints.forms.bind import Question
from appoints.results import facets
from appoints.results.histogram import buckets
from appoints.results.result import Result
from appoints.results.selection import LINE

Counts = TypeVar("Counts", bound=Sequence[object])
CHARACTER = 2  # bytes, or about


@dataclass(frozen=True, eq=False)
class Charts:
    """What happened over time, why calls fail, and which agents have overdue or failed calls.

    ``counted`` are the result's facets. Nothing is counted or drawn that is drawn already.
    """

    question: Question
    result: Result
    counted: Mapping[str, list[facets.ValueCount]]
    reasons: Mapping[str, str]

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times."""
        return self.question.zone

    @cached_property
    def histogram(self) -> Histogram:
        window, zone = self.question.window, self.zone
        found = self._counts("buckets", lambda rows: buckets(rows, window, zone), window, zone.key)
        return Histogram(found, self.question.query, self.result.total)

    @cached_property
    def causes(self) -> Causes:
        query = self.question.query
        return causes(facets.failures(self.counted, query), query, self.reasons)

    @cached_property
    def agents(self) -> Agents:
        found = self._counts("agents", facets.by_agent)
        return by_agent(found, self.question.query, facets.names(self.counted["agents"]))

    def drawn(self, draw: Callable[[], str]) -> str:
        """Return the charts as HTML; ``draw`` is called where they are not kept.

        Links hold all of the question but its page, which they leave.
        """
        address = self.question.query.but().urlencode()
        words = frozenset(self.reasons.items())
        seen_by = (address, self.question.window, self.zone.key, get_language(), words)
        return self.result.selection.made("charts", draw, _size, *seen_by)

    def _counts(
        self, name: str, count: Callable[[pl.DataFrame], Counts], *more: Hashable
    ) -> Counts:
        selection = self.result.selection
        return selection.made(
            name,
            lambda: count(selection.columns("appoint_time", "state", "agent")),
            lambda found: LINE * len(found),
            *more,
        )


def charts(question: Question, result: Result, reasons: Mapping[str, str]) -> Charts | None:
    """Return the charts of a result; None where not all rows are at hand, or none are."""
    if result.facets is None or not result.total:
        return None
    return Charts(question, result, result.facets, reasons)


def _size(html: str) -> int:
    return CHARACTER * len(html)
