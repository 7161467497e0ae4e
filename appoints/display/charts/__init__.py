"""The pictures of a whole result: over time, why calls fail, and who is behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appoints.display.charts.agents import behind
from appoints.display.charts.causes import causes
from appoints.display.charts.histogram import Chart
from appoints.forms.bind import Question
from appoints.results import facets
from appoints.results.histogram import buckets
from appoints.results.result import Result


def charts(question: Question, result: Result, reasons: Mapping[str, str]) -> dict[str, Any]:
    """Return the context of charts.html; nothing where not all rows are at hand, or none are."""
    if result.facets is None or not result.total:
        return {}
    query = question.query
    over_time = buckets(result.rows, question.window, question.zone)
    return {
        "chart": Chart(over_time, query, result.total),
        "causes": causes(facets.failures(result.facets, query), query, reasons),
        "behind": behind(
            facets.behind(result.rows),
            query,
            facets.names(result.facets["agents"]),
        ),
    }
