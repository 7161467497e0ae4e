"""Frames of snapshots, kept by this process within a memory bound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import NamedTuple, cast

import polars as pl
from django.conf import settings
from prometheus_client import Counter

from appoints.access.scope import UNLIMITED, Visibility
from appoints.query.time_range import Window
from appoints.results import states
from appoints.results.chunks import ChunkFrames
from appoints.results.filtering import in_window
from appoints.results.makers import Makers
from appoints.snapshots import store
from appoints.snapshots.models import Chunk, Snapshot
from appoints.snapshots.partitions import Piece, Span
from appoints.snapshots.reconcile import last_fetched

MOST_JOINED = 16  # frames of several snapshots; their columns are those of the snapshots' frames
LOOKED_UP = Counter(
    "reserved_calls_frames",
    "Looks for a result in a worker's memory; a miss reads it from the database.",
    ["outcome"],
)


class Progress(NamedTuple):
    """A snapshot, how far it is, and of what: the connection, the subject and both ends.

    Another has the same number where a backup took the database's place.
    """

    snapshot: int
    created: datetime
    status: str
    lease: int
    received: int
    asked: tuple[int, str, datetime | None, datetime | None]

    def replaces(self, other: Progress) -> bool:
        """Tell whether nobody is shown the other one any more, but who has it pinned."""
        if self.snapshot == other.snapshot:
            return self != other
        is_newer = self.status == Snapshot.Status.WHOLE and self.snapshot > other.snapshot
        return is_newer and self.asked == other.asked


Key = tuple[Progress, Visibility]
JoinedKey = tuple[tuple[tuple[Progress, Span], ...], Visibility, bool]


class Cache:
    """The frames that were used last, up to a number of bytes."""

    def __init__(self) -> None:
        self._frames: OrderedDict[Key, pl.DataFrame] = OrderedDict()
        self._searchable: dict[Key, pl.DataFrame] = {}
        self._joined: OrderedDict[JoinedKey, pl.DataFrame] = OrderedDict()
        self._chunks = ChunkFrames()
        self._makers = Makers()
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
        Of several who ask at once one makes it. Raises RowsLost.
        """
        key = (_progress(snapshot), visible)
        found = self._kept(key)
        LOOKED_UP.labels("miss" if found is None else "hit").inc()
        if found is None:
            with self._makers.turn(key):
                found = self._kept(key)
                if found is None:
                    # First, for both in memory are a large part of it.
                    self._forget_replaced(key[0])
                    found = self._made(snapshot, rules, visible)
                    self._keep(key, found)
        return self._with_text(key, found) if searched else found

    def of_pieces(
        self,
        pieces: Sequence[Piece],
        rules: states.Rules,
        visible: Visibility = UNLIMITED,
        *,
        searched: bool = False,
    ) -> pl.DataFrame:
        """Return the rows of several pieces, each reservation as last fetched; see ``of``."""
        key = tuple((_progress(each.snapshot), each.span) for each in pieces), visible, searched
        with self._makers.turn(key):
            with self._lock:
                if key in self._joined:
                    self._joined.move_to_end(key)
                    return self._joined[key]
            frames = [
                _cut(self.of(each.snapshot, rules, visible, searched=searched), each.span)
                for each in pieces
            ]
            made = last_fetched(frames)
            self._keep_joined(key, made)
            return made

    def keep_chunk(self, chunk: Chunk, rows: pl.DataFrame, **_: object) -> None:
        """Keep the rows of a chunk that this process has just written."""
        self._chunks.keep_written(chunk, rows)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._frames.clear()
            self._searchable.clear()
            self._joined.clear()
            self._chunks = ChunkFrames()

    def _made(self, snapshot: Snapshot, rules: states.Rules, visible: Visibility) -> pl.DataFrame:
        if visible == UNLIMITED:
            return self._chunks.rows(snapshot, rules)
        return visible.applied(self.of(snapshot, rules))

    def _kept(self, key: Key) -> pl.DataFrame | None:
        with self._lock:
            found = self._frames.get(key)
            if found is not None:
                self._frames.move_to_end(key)
            return found

    def _with_text(self, key: Key, made: pl.DataFrame) -> pl.DataFrame:
        """Return a frame with what text is looked for in, which shares its other columns."""
        with self._makers.turn((key, "text")):
            with self._lock:
                found = self._searchable.get(key)
            if found is None:
                found = states.searchable(made)
                with self._lock:
                    if key in self._frames:
                        self._searchable[key] = found
                        self._make_room()
            return found

    def _forget_replaced(self, progress: Progress) -> None:
        with self._lock:
            for old in [each for each in self._frames if progress.replaces(each[0])]:
                self._forget(old)

    def _keep(self, key: Key, made: pl.DataFrame) -> None:
        with self._lock:
            self._frames[key] = made
            self._make_room()

    def _keep_joined(self, key: JoinedKey, made: pl.DataFrame) -> None:
        pieces, visible, _searched = key
        with self._lock:
            # Where a part is no longer kept, its rows would only seem to be forgotten.
            if all((progress, visible) in self._frames for progress, _ in pieces):
                self._joined[key] = made
            while len(self._joined) > MOST_JOINED:
                self._joined.popitem(last=False)

    def _make_room(self) -> None:
        while len(self._frames) > 1 and self._bytes() > settings.APPOINTS_MOST_BYTES:
            self._forget(next(iter(self._frames)))

    def _forget(self, key: Key) -> None:
        del self._frames[key]
        self._searchable.pop(key, None)
        for joined in [each for each in self._joined if key[0] in dict(each[0])]:
            del self._joined[joined]

    def _bytes(self) -> int:
        frames = sum(each.estimated_size() for each in self._frames.values())
        return int(
            frames + sum(each["folded"].estimated_size() for each in self._searchable.values())
        )


def _progress(snapshot: Snapshot) -> Progress:
    asked = (snapshot.connection_id, snapshot.subject, snapshot.begin, snapshot.end)
    how_far = (snapshot.status, snapshot.lease, snapshot.received)
    return Progress(snapshot.pk, snapshot.created, *how_far, asked)


def _cut(rows: pl.DataFrame, span: Span) -> pl.DataFrame:
    reserved = rows["appoint_time"]
    ends = cast("tuple[datetime, datetime]", (reserved.min(), reserved.max()))
    if reserved.null_count() == rows.height or (span.begin <= ends[0] and ends[1] < span.end):
        return rows  # as nearly always, and told without a look at each
    return rows.filter(in_window(Window(*span)).fill_null(value=True))


CACHE = Cache()
store.chunk_written.connect(CACHE.keep_chunk)
