"""The rows of chunks as they are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import polars as pl

from appoints.encryption import WrongKey, decrypt
from appoints.snapshots import frame
from appoints.snapshots.models import Chunk

Read = TypeVar("Read")


def read(chunk: Chunk) -> pl.DataFrame:
    """Return a chunk's rows. Raises WrongKey."""
    return frame.from_bytes(_file(chunk))


def readable(chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, pl.DataFrame]]:
    """Yield chunks with their rows; what cannot be decrypted is dropped, to be fetched again."""
    return _readable(chunks, read)


def read_in_one(chunks: Iterable[Chunk]) -> pl.DataFrame:
    """Return the rows of all chunks that are ``readable``, in a fraction of the time."""
    return frame.from_files([file for _, file in _readable(chunks, _file)])


def _readable(
    chunks: Iterable[Chunk], read: Callable[[Chunk], Read]
) -> Iterator[tuple[Chunk, Read]]:
    for chunk in chunks:
        try:
            yield chunk, read(chunk)
        except WrongKey:
            chunk.delete()


def _file(chunk: Chunk) -> bytes:
    return decrypt(bytes(chunk.payload))
