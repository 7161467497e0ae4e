"""Frames of snapshots, kept by this process within a memory bound."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import polars as pl
from django.conf import settings

from appoints.results import states
from appoints.snapshots import frame, store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.reconcile import deduplicated


class Cache:
    """The frames that were used last, up to a number of bytes."""

    def __init__(self) -> None:
        self._frames: OrderedDict[tuple[int, str, int, int], pl.DataFrame] = OrderedDict()
        self._lock = Lock()

    def of(self, snapshot: Snapshot, rules: states.Rules) -> pl.DataFrame:
        """Return all rows of a snapshot so far, each once, with what is derived from them.

        Raises RowsLost.
        """
        key = (snapshot.pk, snapshot.status, snapshot.lease, snapshot.received)
        with self._lock:
            if key in self._frames:
                self._frames.move_to_end(key)
                return self._frames[key]
        made = _made(snapshot, rules)
        with self._lock:
            self._forget(snapshot.pk)
            self._frames[key] = made
            while len(self._frames) > 1 and self._bytes() > settings.APPOINTS_MOST_BYTES:
                self._frames.popitem(last=False)
        return made

    def _forget(self, snapshot_id: int) -> None:
        for key in [key for key in self._frames if key[0] == snapshot_id]:
            del self._frames[key]

    def _bytes(self) -> int:
        return sum(int(each.estimated_size()) for each in self._frames.values())


def _made(snapshot: Snapshot, rules: states.Rules) -> pl.DataFrame:
    chunks = [rows for _, rows in store.readable(snapshot.chunks.order_by("number"))]
    rows = deduplicated(pl.concat(chunks) if chunks else frame.plain([])).drop("offset")
    if snapshot.status == Snapshot.Status.WHOLE and rows.height != snapshot.received:
        snapshot.delete()
        raise store.RowsLost
    return states.derived(rows, rules).rechunk()


CACHE = Cache()
