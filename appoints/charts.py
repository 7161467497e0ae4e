"""The pictures of a whole result: over time, why calls fail, and who is behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appoints.behind import behind
from appoints.causes import causes
from appoints.chart import Chart
from appoints.questions import Question
from appoints.results import counts
from appoints.results.overtime import buckets
from appoints.results.result import Result


def charts(question: Question, result: Result, reasons: Mapping[str, str]) -> dict[str, Any]:
    """Return the context of charts.html; nothing where not all rows are at hand, or none are."""
    if result.facets is None or not result.total:
        return {}
    query = question.query
    over_time = buckets(result.rows, question.window, question.zone)
    return {
        "chart": Chart(over_time, query, result.total),
        "causes": causes(counts.failures(result.facets, query), query, reasons),
        "behind": behind(
            counts.behind(result.rows),
            query,
            counts.names(result.facets["agents"]),
        ),
    }
