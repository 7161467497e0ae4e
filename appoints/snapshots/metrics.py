"""What Prometheus is told of stored results, and of those that wait to be loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import Length
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from appoints.connections.models import Connection
from appoints.snapshots import queue
from appoints.snapshots.models import Chunk, Snapshot

WORDS = {
    "results": "Results that are stored whole.",
    "result_rows": "Rows of these results.",
    "result_bytes": "Bytes that rows take in the database.",
    "result_oldest_seconds": "Age of the oldest result that is stored whole.",
    "result_newest_seconds": "Age of the newest result that is stored whole.",
    "loads_waiting": "Results that wait for a loader.",
    "loads_running": "Results that are being loaded.",
}
AGES = ("result_oldest_seconds", "result_newest_seconds")


class SnapshotMetrics(Collector):
    """Sizes and ages of what is stored, and the queue, by connection; the same on all machines."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        slugs = dict(Connection.objects.filter(active=True).values_list("pk", "slug"))
        measured = {**_stored(), **_queue()}
        for name, words in WORDS.items():
            family = GaugeMetricFamily(f"reserved_calls_{name}", words, labels=["connection"])
            for pk, slug in slugs.items():
                none = None if name in AGES else 0
                if (value := measured[name].get(pk, none)) is not None:
                    family.add_metric([slug], value)
            yield family


def _stored() -> dict[str, Mapping[int, float]]:
    """Return sizes and ages by the connection's ID."""
    whole = Snapshot.objects.filter(status=Snapshot.Status.WHOLE).order_by()
    held = whole.values_list("connection").annotate(
        Count("pk"), Sum("received"), Min("as_of"), Max("as_of")
    )
    sizes = Chunk.objects.order_by().values_list("snapshot__connection")
    now = timezone.now()
    found = {pk: values for pk, *values in held}
    return {
        "results": {pk: count for pk, (count, *_) in found.items()},
        "result_rows": {pk: rows for pk, (_, rows, *_) in found.items()},
        "result_bytes": dict(sizes.annotate(bytes=Sum(Length("payload")))),
        "result_oldest_seconds": {
            pk: (now - oldest).total_seconds() for pk, (*_, oldest, _) in found.items() if oldest
        },
        "result_newest_seconds": {
            pk: (now - newest).total_seconds() for pk, (*_, newest) in found.items() if newest
        },
    }


def _queue() -> dict[str, Mapping[int, float]]:
    """Return how many loads wait and run, by the connection's ID."""
    return {
        "loads_waiting": Counter(queue.all_waiting().values_list("connection", flat=True)),
        "loads_running": Counter(queue.all_running().values_list("connection", flat=True)),
    }
