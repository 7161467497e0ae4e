"""Frames of the chunks of snapshots that are being loaded: each is read and derived once."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import polars as pl
from django.conf import settings

from appoints.results import states
from appoints.snapshots import frame, store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.reconcile import deduplicated

MOST_LOADS = 16

Frames = dict[int, tuple[int, pl.DataFrame]]  # by the chunk's number, with its version


class ChunkFrames:
    """The frames of the loads that were looked at last; their snapshots' frames share the rows."""

    def __init__(self) -> None:
        self._loads: OrderedDict[int, Frames] = OrderedDict()
        self._lock = Lock()

    def rows(self, snapshot: Snapshot, rules: states.Rules) -> pl.DataFrame:
        """Return the rows of a snapshot so far, each once, with what is derived from them.

        Raises RowsLost.
        """
        with self._lock:
            before = self._loads.pop(snapshot.pk, {})
        frames = self._frames(snapshot, rules, before)
        whole = snapshot.status == Snapshot.Status.WHOLE
        if not whole:
            self._keep(snapshot, frames)
        found = [rows for _, rows in frames.values()] or [states.derived(frame.plain([]), rules)]
        rows = deduplicated(pl.concat(found)).drop("offset")
        if whole and rows.height != snapshot.received:
            snapshot.delete()
            raise store.RowsLost
        return rows.rechunk() if whole else rows

    def keep_written(
        self, snapshot: Snapshot, number: int, version: int, rows: pl.DataFrame
    ) -> None:
        """Keep a chunk that this process has just written, so that nobody has to read it."""
        made = states.derived(rows, states.rules())
        with self._lock:
            before = self._loads.get(snapshot.pk, {})
        self._keep(snapshot, {**before, number: (version, made)})

    def _frames(self, snapshot: Snapshot, rules: states.Rules, before: Frames) -> Frames:
        """Return the frames of all chunks in order; only those that were written are read."""
        versions = dict(snapshot.chunks.order_by("number").values_list("number", "version"))
        known = {number: each for number, each in before.items() if each[0] == versions.get(number)}
        written = snapshot.chunks.filter(number__in=versions.keys() - known.keys())
        for chunk, rows in store.readable(written):
            known[chunk.number] = chunk.version, states.derived(rows, rules)
        return {number: known[number] for number in versions if number in known}

    def _keep(self, snapshot: Snapshot, frames: Frames) -> None:
        with self._lock:
            self._loads[snapshot.pk] = frames
            self._loads.move_to_end(snapshot.pk)
            while len(self._loads) > MOST_LOADS or (len(self._loads) > 1 and self._is_full()):
                self._loads.popitem(last=False)

    def _is_full(self) -> bool:
        """Tell whether the chunks of all loads are more rows than one result may have."""
        chunks = [rows for frames in self._loads.values() for _, rows in frames.values()]
        return sum(rows.height for rows in chunks) > settings.APPOINTS_MOST_ROWS
