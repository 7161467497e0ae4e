"""Read the body of an answer, with limits of time and size.

The bytes that arrive and the bytes that they unpack to are both counted: a few kilobytes can
unpack to gigabytes, and two layers of compression to a thousand times as many.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator

import httpx

from .codes import gettext_noop
from .errors import NoAnswer, UnexpectedAnswer

ACCEPTED = "gzip"  # what a request says it takes
ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32  # the first bytes say which
UNPACKED_AT_ONCE = 2**18  # bytes; then they are counted
WITHOUT_ROWS = 4 * 2**20  # bytes; a refusal may explain itself at length
A_ROW = 32 * 2**10  # bytes; a usual row has about 500


def read(response: httpx.Response, deadline: float, rows: int) -> bytes:
    """Return the unpacked body of an answer; ``rows`` is how many were asked for.

    ``deadline`` is on the monotonic clock. Raises NoAnswer or UnexpectedAnswer.
    """
    most, body = WITHOUT_ROWS + rows * A_ROW, bytearray()
    try:
        for part in _plain(response, most):
            body += part
            if len(body) > most:
                raise _endless(response)
            if time.monotonic() > deadline:
                raise NoAnswer(gettext_noop("the answer took too long"))
    except (httpx.RemoteProtocolError, httpx.ReadError) as error:
        raise _cut_off(response) from error
    return bytes(body)


def _plain(response: httpx.Response, most: int) -> Iterator[bytes]:
    # The raw stream: httpx would unpack every layer, and without a limit.
    sent = response.stream
    assert isinstance(sent, httpx.SyncByteStream)
    layers = response.headers.get_list("content-encoding", split_commas=True)
    layers = [layer.lower() for layer in layers if layer.lower() not in ("", "identity")]
    if not layers:
        return iter(sent)
    if len(layers) > 1 or layers[0] not in ENCODINGS:
        words = gettext_noop("the answer is compressed in a way that was not asked for")
        raise UnexpectedAnswer(words, response.status_code)
    return _unpacked(response, sent, most)


def _unpacked(response: httpx.Response, sent: Iterable[bytes], most: int) -> Iterator[bytes]:
    unpacker, count = zlib.decompressobj(GZIP_OR_ZLIB), 0
    for packed in sent:
        count += len(packed)
        if count > most:
            raise _endless(response)
        try:
            yield from _steps(unpacker, packed)
        except zlib.error as error:
            words = gettext_noop("the answer could not be unpacked")
            raise UnexpectedAnswer(words, response.status_code) from error
    if count and not unpacker.eof:
        raise _cut_off(response)


def _steps(unpacker: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    while not unpacker.eof:
        part = unpacker.decompress(packed, UNPACKED_AT_ONCE)
        yield part
        packed = unpacker.unconsumed_tail
        if not packed and len(part) < UNPACKED_AT_ONCE:
            return


def _endless(response: httpx.Response) -> UnexpectedAnswer:
    return UnexpectedAnswer(gettext_noop("the answer does not end"), response.status_code)


def _cut_off(response: httpx.Response) -> UnexpectedAnswer:
    words = gettext_noop("the answer was cut off")
    return UnexpectedAnswer(words, response.status_code, transient=True)
