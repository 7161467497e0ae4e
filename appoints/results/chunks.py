"""Frames of the chunks of snapshots that are being loaded: each is read and derived once."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

import polars as pl
from django.conf import settings

from appoints.results import states
from appoints.snapshots import frame, store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.reconcile import deduplicated

MOST_LOADS = 16

Frames = dict[int, tuple[int, pl.DataFrame]]  # by the chunk's number, with its version


class Joined(NamedTuple):
    """The rows of some chunks, each once, and the versions of these chunks by their numbers."""

    versions: dict[int, int]
    rows: pl.DataFrame | None

    def with_all(self, frames: Frames) -> Joined:
        """Return the rows of all chunks; those that were joined are not looked through again."""
        versions = {number: version for number, (version, _) in frames.items()}
        new = [rows for number, (_, rows) in frames.items() if number not in self.versions]
        if self.rows is None or not self._is_beginning_of(versions):
            return Joined(versions, deduplicated(pl.concat(rows for _, rows in frames.values())))
        if not new:
            return self
        more = pl.concat(new)
        names = more["appoint_id"].drop_nulls()
        known = pl.col("appoint_id").is_in(names.implode())
        if deduplicated(more) is not more or self.rows.select(known.any()).item():
            return NOTHING.with_all(frames)
        return Joined(versions, pl.concat([self.rows, more]))

    def _is_beginning_of(self, versions: dict[int, int]) -> bool:
        last = max(self.versions)
        same = all(versions.get(number) == each for number, each in self.versions.items())
        return same and all(number in self.versions or number > last for number in versions)


NOTHING = Joined({}, None)


class ChunkFrames:
    """The frames of the loads that were looked at last; their snapshots' frames share the rows."""

    def __init__(self) -> None:
        self._loads: OrderedDict[int, Frames] = OrderedDict()
        self._joined: dict[int, Joined] = {}
        self._lock = Lock()

    def rows(self, snapshot: Snapshot, rules: states.Rules) -> pl.DataFrame:
        """Return the rows of a snapshot so far, each once, with what is derived from them.

        Raises RowsLost.
        """
        with self._lock:
            before = self._loads.pop(snapshot.pk, {})
            joined = self._joined.pop(snapshot.pk, NOTHING)
        frames = self._frames(snapshot, rules, before)
        joined = joined.with_all(frames) if frames else NOTHING
        whole = snapshot.status == Snapshot.Status.WHOLE
        if not whole:
            self._keep(snapshot, frames, joined)
        none = states.derived(frame.plain([]), rules)
        rows = (none if joined.rows is None else joined.rows).drop("offset")
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
            joined = self._joined.get(snapshot.pk, NOTHING)
        self._keep(snapshot, {**before, number: (version, made)}, joined)

    def _frames(self, snapshot: Snapshot, rules: states.Rules, before: Frames) -> Frames:
        """Return the frames of all chunks in order; only those that were written are read."""
        versions = dict(snapshot.chunks.order_by("number").values_list("number", "version"))
        known = {number: each for number, each in before.items() if each[0] == versions.get(number)}
        written = snapshot.chunks.filter(number__in=versions.keys() - known.keys())
        for chunk, rows in store.readable(written):
            known[chunk.number] = chunk.version, states.derived(rows, rules)
        return {number: known[number] for number in versions if number in known}

    def _keep(self, snapshot: Snapshot, frames: Frames, joined: Joined) -> None:
        with self._lock:
            self._loads[snapshot.pk], self._joined[snapshot.pk] = frames, joined
            self._loads.move_to_end(snapshot.pk)
            while len(self._loads) > MOST_LOADS or (len(self._loads) > 1 and self._is_full()):
                self._joined.pop(self._loads.popitem(last=False)[0], None)

    def _is_full(self) -> bool:
        """Tell whether the chunks of all loads are more rows than one result may have."""
        chunks = [rows for frames in self._loads.values() for _, rows in frames.values()]
        return sum(rows.height for rows in chunks) > settings.APPOINTS_MOST_ROWS
