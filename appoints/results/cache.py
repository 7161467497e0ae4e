"""Frames of snapshots, kept by this process within a memory bound."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import polars as pl
from django.conf import settings

from appoints.access.scope import UNLIMITED, Visibility
from appoints.results import states
from appoints.snapshots import frame, store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.reconcile import deduplicated

Progress = tuple[int, str, int, int]  # a snapshot and how far it is: ID, status, lease, rows
Key = tuple[Progress, Visibility]


class Cache:
    """The frames that were used last, up to a number of bytes."""

    def __init__(self) -> None:
        self._frames: OrderedDict[Key, pl.DataFrame] = OrderedDict()
        self._lock = Lock()

    def of(
        self,
        snapshot: Snapshot,
        rules: states.Rules,
        visible: Visibility = UNLIMITED,
        *,
        searched: bool = False,
    ) -> pl.DataFrame:
        """Return the rows of a snapshot so far that a person may see, each once, with what is
        derived from them.

        What text is looked for in takes long to derive, and is there only once it was ``searched``.
        Raises RowsLost.
        """
        key = ((snapshot.pk, snapshot.status, snapshot.lease, snapshot.received), visible)
        found = self._kept(key)
        made = self._made(snapshot, rules, visible) if found is None else found
        if searched and "folded" not in made.columns:
            made = states.searchable(made)
        if made is not found:
            self._keep(key, made)
        # Frames of several looks are put together only where they have the same columns.
        return made if searched else made.drop("folded", strict=False)

    def _made(self, snapshot: Snapshot, rules: states.Rules, visible: Visibility) -> pl.DataFrame:
        if visible == UNLIMITED:
            return _made(snapshot, rules)
        return visible.applied(self.of(snapshot, rules))

    def _kept(self, key: Key) -> pl.DataFrame | None:
        with self._lock:
            found = self._frames.get(key)
            if found is not None:
                self._frames.move_to_end(key)
            return found

    def _keep(self, key: Key, made: pl.DataFrame) -> None:
        with self._lock:
            self._forget_older(key[0])
            self._frames[key] = made
            while len(self._frames) > 1 and self._bytes() > settings.APPOINTS_MOST_BYTES:
                self._frames.popitem(last=False)

    def _forget_older(self, progress: Progress) -> None:
        for key in [key for key in self._frames if key[0] != progress and key[0][0] == progress[0]]:
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
