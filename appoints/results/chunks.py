"""Frames of the chunks of snapshots that are being loaded: each is read and derived once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Set
from datetime import datetime
from threading import Lock
from typing import NamedTuple
from weakref import WeakValueDictionary

import polars as pl
from django.conf import settings

from appoints.results import states
from appoints.results.makers import Makers
from appoints.snapshots import frame, store, stored_rows
from appoints.snapshots.models import Chunk, Snapshot
from appoints.snapshots.reconcile import deduplicated
from dashboard.prepared import Prepared

MOST_LOADS = 16
VERSIONS: Prepared[tuple[int, int]] = Prepared(
    lambda pk: Chunk.objects.filter(snapshot=pk).order_by("number").values_list("number", "version")
)

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
        self._written: dict[int, Frames] = {}  # with nothing derived yet
        # By number and when it was created: a restored database gives numbers again.
        self._whole: WeakValueDictionary[tuple[int, datetime], pl.DataFrame] = WeakValueDictionary()
        self._lock, self._makers = Lock(), Makers()

    def rows(self, snapshot: Snapshot, rules: states.Rules) -> pl.DataFrame:
        """Return the rows of a snapshot so far, each once, with what is derived from them.

        Raises RowsLost.
        """
        # Each of several would read and derive every chunk: watchers see a load at many moments.
        with self._makers.turn(snapshot.pk):
            key = snapshot.pk, snapshot.created
            if snapshot.status == Snapshot.Status.WHOLE:
                made = self._whole[key] = self._all(snapshot, rules)
                return made
            ended = self._whole.get(key)  # since the snapshot was looked at
            return self._so_far(snapshot, rules) if ended is None else ended

    def _all(self, snapshot: Snapshot, rules: states.Rules) -> pl.DataFrame:
        rows = deduplicated(_in_one(self._plain(snapshot)))
        if rows.height != snapshot.received:
            snapshot.delete()
            raise store.RowsLost
        return states.derived(_without_offset(rows), rules)

    def _so_far(self, snapshot: Snapshot, rules: states.Rules) -> pl.DataFrame:
        with self._lock:
            before = self._loads.get(snapshot.pk, {})
            joined = self._joined.get(snapshot.pk, NOTHING)
            written = {**self._written.get(snapshot.pk, {})}
        frames = self._frames(snapshot, rules, before, written)
        joined = joined.with_all(frames) if frames else NOTHING
        with self._lock:
            self._joined[snapshot.pk] = joined
            for number in written:
                if self._written.get(snapshot.pk, {}).get(number) is written[number]:
                    del self._written[snapshot.pk][number]
            self._keep(snapshot.pk, frames)
        rows = states.derived(frame.NONE, rules) if joined.rows is None else joined.rows
        return _without_offset(rows)

    def keep_written(self, chunk: Chunk, rows: pl.DataFrame) -> None:
        """Keep a chunk that this process has just written, so that nobody has to read it."""
        load = chunk.snapshot_id
        with self._lock:
            self._written.setdefault(load, {})[chunk.number] = (chunk.version, rows)
            self._keep(load, self._loads.get(load, {}))

    def _plain(self, snapshot: Snapshot) -> list[pl.DataFrame]:
        """Return the rows of all chunks in order, with nothing derived; they are forgotten."""
        with self._lock:
            before = self._loads.pop(snapshot.pk, {})
            written = self._written.pop(snapshot.pk, {})
            self._joined.pop(snapshot.pk, None)
        versions = _versions(snapshot)
        found = _current(before, versions) | _current(written, versions)
        if not found:
            return [stored_rows.read_in_one(snapshot.chunks.order_by("number"))]
        found |= _read(snapshot, versions.keys() - found.keys())
        columns = frame.NONE.columns
        return [found[number][1].select(columns) for number in versions if number in found]

    def _frames(
        self, snapshot: Snapshot, rules: states.Rules, before: Frames, written: Frames
    ) -> Frames:
        """Return the frames of all chunks in order; only those that another wrote are read."""
        versions = _versions(snapshot)
        known, new = _current(before, versions), _current(written, versions)
        new |= _read(snapshot, versions.keys() - known.keys() - new.keys())
        known |= _derived(new, rules)
        return {number: known[number] for number in versions if number in known}

    def _keep(self, load: int, frames: Frames) -> None:
        self._loads[load] = frames
        self._loads.move_to_end(load)
        while len(self._loads) > MOST_LOADS or (len(self._loads) > 1 and self._is_full()):
            oldest, _ = self._loads.popitem(last=False)
            self._joined.pop(oldest, None)
            self._written.pop(oldest, None)

    def _is_full(self) -> bool:
        """Tell whether the chunks of all loads are more rows than one result may have."""
        kept = [*self._loads.values(), *self._written.values()]
        heights = [rows.height for frames in kept for _, rows in frames.values()]
        return sum(heights) > settings.APPOINTS_MOST_ROWS


def _versions(snapshot: Snapshot) -> dict[int, int]:
    return dict(VERSIONS.rows(snapshot.pk))


def _read(snapshot: Snapshot, numbers: Set[int]) -> Frames:
    if not numbers:
        return {}
    chunks = stored_rows.readable(snapshot.chunks.filter(number__in=numbers))
    return {chunk.number: (chunk.version, rows) for chunk, rows in chunks}


def _in_one(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of frames, which are taken apart: of one column alone there are two copies.

    Whole frames side by side with their copy are what a worker's memory would peak with.
    """
    none = frame.NONE
    return pl.DataFrame(
        [
            pl.concat([none[name], *[each.drop_in_place(name) for each in frames]], rechunk=True)
            for name in none.columns
        ]
    )


def _without_offset(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows without their pages' offset; to drop it from many chunks at once takes long."""
    rest = rows.clone()
    rest.drop_in_place("offset")
    return rest


def _current(frames: Frames, versions: Mapping[int, int]) -> Frames:
    return {number: each for number, each in frames.items() if each[0] == versions.get(number)}


def _derived(frames: Frames, rules: states.Rules) -> Frames:
    """Return frames with what is derived, all at once: each alone takes nearly as long as all."""
    if not frames:
        return {}
    rows, made, at = states.derived(pl.concat(rows for _, rows in frames.values()), rules), {}, 0
    for number, (version, plain) in frames.items():
        made[number] = version, rows.slice(at, plain.height)
        at += plain.height
    return made
