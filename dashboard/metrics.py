"""What ``/metrics`` tells Prometheus.

A room declares a metric with prometheus_client where it counts. What the database holds is read at
each scrape, so that every machine tells the same: a room registers a collector with STORED.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.db import Error
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dashboard.metrics_folder import VARIABLE

STORED = CollectorRegistry()

disable_created_metrics()  # type: ignore[no-untyped-call]


def text() -> bytes:
    """Return all metrics in Prometheus' text format; what the database holds only if it answers."""
    counted = REGISTRY
    if VARIABLE in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    try:
        stored, answers = generate_latest(STORED), True
    except Error:
        stored, answers = b"", False
    return generate_latest(counted) + generate_latest(_Database(answers)) + stored


class _Database(Collector):
    """Whether the database answered: not counted by a process, hence in no file of one."""

    def __init__(self, answers: bool) -> None:
        self._answers = answers

    def collect(self) -> Iterator[GaugeMetricFamily]:
        words = "1 where the database answered this scrape."
        yield GaugeMetricFamily("reserved_calls_database_up", words, value=self._answers)
