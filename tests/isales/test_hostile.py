"""Answers made to hurt: each ends in words, within its time and a page's memory, over sockets."""

from __future__ import annotations

import gzip
import json
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from appoints.isales.client import Page
from appoints.isales.errors import ISalesError, NoAnswer, Refused, UnexpectedAnswer
from tests.isales.test_sockets import BODY, Answer, calling, heard, serving

MOST_MEMORY = 100 * 2**20  # bytes; it was 5.1 GB
BUDGET = 0.6  # seconds
LONG = 20.0  # seconds that a busy machine may need, and an answer without a budget exceeds
GZIP = b"Content-Encoding: gzip\r\n"


def answer(body: bytes, headers: bytes = b"") -> Answer:
    head = b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n" % (headers, len(body))

    def send(line: socket.socket) -> None:
        heard(line)
        line.sendall(head + body)

    return send


@contextmanager
def bounded(most: int = MOST_MEMORY) -> Iterator[None]:
    """Fail when the block takes more memory than a page may."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def outcome(body: bytes, headers: bytes = b"", budget: float = 20.0) -> Any:
    """Return the page of an answer, or the error."""
    with serving(answer(body, headers)) as server, calling(server.url) as ask, bounded():
        try:
            return ask(limit=100, budget=budget)
        except ISalesError as error:
            return error


def page(data: str, total: int = 1) -> bytes:
    return f'{{"resultCode": "0200000", "totalCount": {total}, "data": {data}}}'.encode()


@cache
def bomb(megabytes: int) -> bytes:
    """Return gzip that unpacks to so many megabytes of spaces."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    parts = [packer.compress(b" " * 2**20) for _ in range(megabytes)]
    return b"".join([*parts, packer.flush()])


@pytest.mark.parametrize(
    "layers",
    [b"gzip, gzip", b"gzip,deflate", b"gzip\r\nContent-Encoding: gzip", b"identity, gzip, GZIP"],
)
def test_two_layers_of_compression_are_refused_unopened(layers: bytes) -> None:
    twice = gzip.compress(bomb(150), 1)
    error = outcome(twice, b"Content-Encoding: " + layers + b"\r\n")
    assert isinstance(error, UnexpectedAnswer)
    assert "compressed in a way" in str(error)


@pytest.mark.parametrize("encoding", [b"gzip", b"x-gzip", b"deflate", b"GZip"])
def test_one_layer_is_counted_while_it_is_unpacked(encoding: bytes) -> None:
    error = outcome(bomb(150), b"Content-Encoding: " + encoding + b"\r\n")
    assert isinstance(error, UnexpectedAnswer)
    assert "does not end" in str(error)


@pytest.mark.parametrize("encoding", [b"br", b"zstd", b"compress", b"x", b"gzip;q=1"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: bytes) -> None:
    error = outcome(BODY, b"Content-Encoding: " + encoding + b"\r\n")
    assert isinstance(error, UnexpectedAnswer)


@pytest.mark.parametrize(
    ("headers", "packed"),
    [
        (GZIP, gzip.compress(BODY)),
        (b"Content-Encoding: deflate\r\n", zlib.compress(BODY)),
        (b"Content-Encoding: identity\r\n", BODY),
        (b"Content-Encoding:\r\n", BODY),
        (GZIP, gzip.compress(BODY + b" " * 3_000_000)),
    ],
    ids=["gzip", "deflate", "identity", "none", "large"],
)
def test_an_answer_may_be_compressed_once(headers: bytes, packed: bytes) -> None:
    assert outcome(packed, headers) == Page([], 0)


def test_a_compressed_answer_that_is_cut_is_no_answer() -> None:
    error = outcome(gzip.compress(BODY)[:-9], GZIP, budget=0.5)
    assert isinstance(error, UnexpectedAnswer)
    assert "cut off" in str(error)


def test_what_unpacks_to_nothing_without_end_is_counted_as_it_is_sent() -> None:
    start = gzip.compress(b"", 9)[:10]
    nothing = b"\x00\x00\x00\xff\xff" * 2_000_000  # empty blocks, none of them the last
    error = outcome(start + nothing, GZIP)
    assert isinstance(error, UnexpectedAnswer)
    assert "does not end" in str(error)


@pytest.mark.parametrize("count", [101, 9000, 3_000_000])
def test_more_rows_than_were_asked_for_are_refused_before_they_are_built(count: int) -> None:
    error = outcome(page("[" + ",".join(["{}"] * count) + "]", total=count))
    assert isinstance(error, UnexpectedAnswer)


@pytest.mark.parametrize(
    "made",  # at the test: each process that runs tests reads all of them
    [
        lambda: "[" + ",".join(['{"x": [' + ",".join(["{}"] * 20_000) + "]}"] * 100) + "]",
        lambda: "[{" + ",".join(f'"{number}": {{}}' for number in range(300_000)) + "}]",
        lambda: "[" * 100_000 + "]" * 100_000,
        lambda: '{"a":' * 100_000 + "1" + "}" * 100_000,
        lambda: "[" + "[],[[]]," * 500_000 + "0]",
    ],
    ids=["wide rows", "many keys", "deep lists", "deep objects", "lists"],
)
def test_values_without_end_are_refused_before_they_are_built(made: Callable[[], str]) -> None:
    data = made()
    with bounded(60 * 2**20):
        assert isinstance(outcome(page(data)), UnexpectedAnswer)


@pytest.mark.parametrize("key", ["resultCode", "returnCode", "resultDesc", "returnDesc"])
def test_a_refusal_of_three_megabytes_is_cut(key: str) -> None:
    said = {"resultCode": "0200001", "resultDesc": "no"} | {key: "9\x00\ud800" * 200_000}
    if key.startswith("return"):
        said.pop(key.replace("return", "result"))
    error = outcome(json.dumps(said).encode())
    assert isinstance(error, Refused)
    assert len(error.code) <= 40
    assert len(error.description) <= 500
    assert len(str(error)) <= 1000
    assert "\x00" not in f"{vars(error)}{error}"


@pytest.mark.parametrize("code", [["x"] * 5000, {"a": {"b": "c" * 10**6}}, 10**4000, 1e308, True])
def test_a_code_that_is_no_text_is_cut_too(code: object) -> None:
    error = outcome(json.dumps({"resultCode": code}).encode())
    assert isinstance(error, Refused)
    assert len(str(error)) <= 1000


def test_a_content_type_without_end_is_cut() -> None:
    error = outcome(b"<html>", b"Content-Type: text/html" + b"x" * 60_000 + b"\r\n")
    assert isinstance(error, UnexpectedAnswer)
    assert len(str(error)) < 300


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("1e400", "1e400"),
        ("9" * 10_000, "9" * 10_000),
        ("-" + "9" * 5000, "-" + "9" * 5000),
        ('"a\tb\x01"', "a\tb\x01"),
        ('"\\u0000x"', "\\u0000x"),
        ('"\x00x"', "\\u0000x"),
        ('"\\ud800"', "\\ud800"),
    ],
)
def test_a_value_that_json_should_not_hold_is_read_as_it_was_sent(sent: str, found: str) -> None:
    rows = outcome(page(f'[{{"appointId": "1", "calledNo": {sent}}}]')).rows
    assert rows[0].called_no == found
    rows = outcome(page(f'[{{"appointId": "1", "appointTime": {sent}}}]')).rows
    assert rows[0].appoint_time is None
    assert json.loads(rows[0].odd) == {"appointTime": found}
    assert "NaN" not in rows[0].odd or '"NaN"' in rows[0].odd


def test_of_a_key_that_comes_twice_the_last_counts_and_the_row_stays() -> None:
    found = outcome(page('[{"appointId": "1", "appointId": "2"}]'))
    assert (found.rows[0].appoint_id, found.total) == ("2", 1)


def test_half_characters_by_the_million_are_a_page_like_others() -> None:
    rows = outcome(page('[{"calledNo": "' + "\\ud800" * 1_000_000 + '"}]')).rows
    assert rows[0].called_no == "\\ud800" * 1_000_000


def forever(start: bytes, again: bytes, pause: float = 0.0) -> Answer:
    def send(line: socket.socket) -> None:
        heard(line)
        line.sendall(start)
        ends = time.monotonic() + 2 * LONG
        while time.monotonic() < ends:
            line.sendall(again)
            time.sleep(pause)

    return send


@pytest.mark.parametrize(
    "sent",
    [
        forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        forever(b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", pause=0.01),
        forever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", pause=0.01),
        forever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.01),
        forever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"x", 0.01),
        forever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n", 0.01),
        forever(b"", b"\r\n", pause=0.01),
        forever(b"HTTP/1.1 200 OK\r\n" + GZIP + b"\r\n", gzip.compress(b"")[:10], pause=0.01),
    ],
    ids=[
        "interim answers at once", "interim answers", "headers", "chunks", "extension", "trailers",
        "empty lines", "gzip",
    ],
)  # fmt: skip
def test_what_drips_without_end_is_cut_at_the_budget(
    sent: Answer,
) -> None:
    with serving(sent) as server, calling(server.url) as ask, bounded():
        begun = time.monotonic()
        with pytest.raises(ISalesError):
            ask(budget=BUDGET)
        assert time.monotonic() - begun < LONG


def test_a_redirect_is_never_followed() -> None:
    asked: list[int] = []
    with serving(lambda line: asked.append(1)) as other:

        def send(line: socket.socket) -> None:
            heard(line)
            place = f"Location: {other.url}/\r\n".encode()
            line.sendall(b"HTTP/1.1 307 Go\r\n" + place + b"Content-Length: 0\r\n\r\n")

        with (
            serving(send) as server,
            calling(server.url) as ask,
            pytest.raises(UnexpectedAnswer, match="307"),
        ):
            ask()
    assert not asked


def test_a_cookie_is_not_kept() -> None:
    heads: list[bytes] = []

    def send(line: socket.socket) -> None:
        while part := line.recv(65536):
            heads.append(part)
            if part.endswith(b"}"):
                line.sendall(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: ")
                line.sendall(b"%d\r\n\r\n" % len(BODY) + BODY)

    with serving(send) as server, calling(server.url) as ask:
        ask()
        ask()
    assert b"cookie" not in b"".join(heads).lower()


def test_nothing_but_noise_gives_no_answer() -> None:
    with serving(forever(b"", bytes(range(256)) * 40)) as server, calling(server.url) as ask:
        with pytest.raises(NoAnswer) as caught:
            ask(budget=BUDGET)
        assert len(str(caught.value)) <= 1000
