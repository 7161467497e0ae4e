"""The rows of chunks as they are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import polars as pl

from appoints.encryption import WrongKey, decrypt
from appoints.snapshots import frame
from appoints.snapshots.frame import NONE, OtherColumns
from appoints.snapshots.models import Chunk

Read = TypeVar("Read")


def read(chunk: Chunk) -> pl.DataFrame:
    """Return a chunk's rows. Raises WrongKey or OtherColumns."""
    return frame.from_bytes(_file(chunk))


def readable(chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, pl.DataFrame]]:
    """Yield chunks with their rows; what cannot be read is dropped, to be fetched again.

    It is encrypted under another key, or another release wrote it, as in an upgrade amid a load.
    """
    return _readable(chunks, read)


def read_in_one(chunks: Iterable[Chunk]) -> pl.DataFrame:
    """Return the rows of all chunks that are ``readable``, in a fraction of the time."""
    kept = list(chunks)
    try:
        return frame.from_files([file for _, file in _readable(kept, _file)])
    except OtherColumns:
        return pl.concat([NONE, *[rows for _, rows in readable(kept)]])


def _readable(
    chunks: Iterable[Chunk], read: Callable[[Chunk], Read]
) -> Iterator[tuple[Chunk, Read]]:
    for chunk in chunks:
        try:
            yield chunk, read(chunk)
        except (WrongKey, OtherColumns):
            chunk.delete()


def _file(chunk: Chunk) -> bytes:
    return decrypt(bytes(chunk.payload))
