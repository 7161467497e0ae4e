"""The charts of a whole result: over time, by cause of failure, and by agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from appoints.display.charts.agents import Agents, by_agent
from appoints.display.charts.causes import Causes, causes
from appoints.display.charts.histogram import Histogram
from appoints.forms.bind import Question
from appoints.results import facets
from appoints.results.histogram import buckets
from appoints.results.result import Result


class Charts(NamedTuple):
    """What happened over time, why calls fail, and which agents have overdue or failed calls."""

    histogram: Histogram
    causes: Causes
    agents: Agents


def charts(question: Question, result: Result, reasons: Mapping[str, str]) -> Charts | None:
    """Return the charts of a result; None where not all rows are at hand, or none are."""
    if result.facets is None or not result.total:
        return None
    query = question.query
    over_time = buckets(result.rows, question.window, question.zone)
    return Charts(
        Histogram(over_time, query, result.total),
        causes(facets.failures(result.facets, query), query, reasons),
        by_agent(facets.by_agent(result.rows), query, facets.names(result.facets["agents"])),
    )
