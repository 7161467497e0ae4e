"""A call centre in plain Python: its rows at each moment, and loads of them at once, or failing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from appoints.connections.models import Connection
from appoints.isales.errors import NoAnswer
from appoints.isales.rows import parse_row
from appoints.query.time_range import Window
from appoints.snapshots import frame, leases, store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.reconcile import PageInfo
from appoints.snapshots.upstream import UpstreamRequest

Rows = dict[str, tuple[int, str]]  # reserved time and call status by ID


@dataclass
class MovingCentre:
    """The rows as they are, and as they were from each moment on."""

    rows: Rows = field(default_factory=dict)
    past: list[tuple[datetime, Rows]] = field(default_factory=list)
    failing: set[Window] = field(default_factory=set)

    def change(self, **rows: tuple[int, str] | None) -> None:
        """Book, move or call some rows, or cancel them."""
        changed = {**self.rows, **rows}
        self.rows = {name: row for name, row in changed.items() if row is not None}
        self.past.append((timezone.now(), self.rows))

    def rows_at(self, moment: datetime) -> Rows:
        """Return the rows as they were."""
        return next((rows for since, rows in reversed(self.past) if since <= moment), {})

    def load_all(
        self,
        connection: Connection,
        asked: Sequence[UpstreamRequest],
        deadline: float,
        person: int | None,
    ) -> list[Snapshot]:
        """Load in place of ``waiting.load_all``."""
        snapshots = store.begin_or_join(connection, asked, person)
        for snapshot in snapshots:
            if snapshot.status == Snapshot.Status.LOADING:
                assert leases.take(snapshot)
                self._load(snapshot)
        return snapshots

    def _load(self, snapshot: Snapshot) -> None:
        window, now = Window(snapshot.begin, snapshot.end), timezone.now()
        if any(each.holds(window) for each in self.failing):
            failure = NoAnswer("no answer").to_json()
            store.finish(snapshot, Snapshot.Status.FAILED, failure=failure)
            return
        data = [as_sent(name, *row) for name, row in self.rows.items() if _is_in(window, row[0])]
        if snapshot.most is not None and len(data) > snapshot.most:
            store.finish(snapshot, Snapshot.Status.TOO_MANY, total=len(data))
            return
        rows = frame.plain([frame.Fetched(0, [parse_row(each) for each in data], now)])
        store.write(snapshot, 0, {0: PageInfo(len(data), len(data))}, rows)
        counts = {"total": len(data), "received": len(data), "as_of": now}
        store.finish(snapshot, Snapshot.Status.WHOLE, **counts)


def as_sent(name: str, reserved: int, status: str) -> dict[str, Any]:
    """Return a row as iSales sends it."""
    return {"appointId": name, "appointTime": reserved, "callFlag": status}


def _is_in(window: Window, reserved: int) -> bool:
    assert window.begin and window.end
    return window.begin.timestamp() * 1000 <= reserved < window.end.timestamp() * 1000
