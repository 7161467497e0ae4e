"""What Prometheus is told of the calls to iSales, and of the state of each connection."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from appoints.connections.models import Connection
from appoints.isales import errors

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45)  # seconds

REQUESTS = Counter(
    "reserved_calls_isales_requests",
    "Requests that went out to iSales, by what came of them.",
    ["connection", "outcome"],
)
SECONDS = Histogram(
    "reserved_calls_isales_request_seconds",
    "Time to an answer of iSales, or to the failure.",
    ["connection"],
    buckets=BUCKETS,
)
OUTCOMES: dict[type[Exception], str] = {
    errors.NoAnswer: "no_answer",
    errors.NotAuthorised: "not_authorised",
    errors.AddressLocked: "address_locked",
    errors.TooFast: "too_fast",
    errors.Refused: "refused",
    errors.UnexpectedAnswer: "unexpected_answer",
    errors.HostRefused: "host_refused",
}


def outcome_of(error: Exception) -> str:
    """Return the word for what came of a request that failed."""
    return OUTCOMES.get(type(error), "error")


def count(connection: str, outcome: str, seconds: float) -> None:
    """Count a request over the connection of this short name."""
    REQUESTS.labels(connection, outcome).inc()
    SECONDS.labels(connection).observe(seconds)


class ConnectionMetrics(Collector):
    """The state of each connection, as all machines share it."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        connections = list(Connection.objects.filter(active=True))
        for name, words, value in (
            ("resting", "1 at rest: nobody calls until a person's check.", _resting),
            ("quiet_seconds", "Seconds for which iSales wants no call.", _quiet),
            ("failing_seconds", "Seconds since it last answered; 0 while it does.", _failing),
            ("pace_per_minute", "Requests that may go out in a minute; 0 is no limit.", _pace),
        ):
            family = GaugeMetricFamily(
                f"reserved_calls_connection_{name}", words, labels=["connection"]
            )
            for connection in connections:
                family.add_metric([connection.slug], value(connection))
            yield family


def _resting(connection: Connection) -> float:
    return float(bool(connection.resting))


def _quiet(connection: Connection) -> float:
    return connection.quiet_left().total_seconds()


def _failing(connection: Connection) -> float:
    if not connection.is_failing() or connection.failing_since is None:
        return 0.0
    return (timezone.now() - connection.failing_since).total_seconds()


def _pace(connection: Connection) -> float:
    return connection.max_per_second * 60
