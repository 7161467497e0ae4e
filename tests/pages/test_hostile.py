"""Answers made to hurt, on their way through database, pages and files."""

from __future__ import annotations

import csv
import io
import json
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import openpyxl
import pytest
from django.core.cache import cache
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.snapshots.models import Snapshot
from tests.isales.test_sockets import Server, heard, serving

NOW = round(time.time() * 1000)
PLAIN = {"appointTime": NOW, "calledNo": "66600001", "userAccount": "101", "userName": "Ana"}
# Values that JSON should not hold, or that databases, pages and files do not like.
ODD = [
    *("NaN", "-Infinity", "1e400", "-1e400", "9" * 10_000, "-" + "9" * 5000, "1e308", "-0", "0.1"),
    *('"\\u0000"', '"a\\u0000b\\u0001\\u001f\\u007f"', '"\\ud800"', '"\\udfff\\ud83d"'),
    '"a\tb\x01"',
    *('"\\uffff\\ufffe"', '"\\u202e\\u2066x"', '"' + "x" * 20_000 + '"', "[[[[[1]]]]]", "{}"),
    *('{"a": {"b": [NaN, 1e999]}}', "true", "null", '""', '" "', '"=1+1"', '"<script>"', "[]"),
]  # fmt: skip
FIELDS = (
    "callType", "appointTime", "calledNo", "taskId", "taskName", "taskStatus",
    "timeout", "userAccount", "userName", "beginTime", "endTime", "callFlag", "callerNo",
    "failCode", "result", "busiResult", "createTime", "another", "\\u0000key", "\\ud800",
)  # fmt: skip

Serve = Callable[[bytes], Server]


@pytest.fixture
def serve(connection: Connection) -> Iterator[Serve]:
    """Let the connection lead to a server that answers every call with the same body."""
    with ExitStack() as stack:

        def start(body: bytes) -> Server:
            def answer(line: socket.socket) -> None:
                if line.recv(3) != b"GET":
                    heard(line)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

            server = stack.enter_context(serving(answer))
            Connection.objects.update(base_url=server.url)
            cache.clear()
            return server

        yield start


def row(number: int, value: str, fields: Sequence[str]) -> str:
    pairs = {key: json.dumps(each) for key, each in PLAIN.items()} | {"appointId": f'"id-{number}"'}
    pairs |= dict.fromkeys(fields, value)
    return "{" + ",".join(f'"{key}": {each}' for key, each in pairs.items()) + "}"


def page_of(rows: list[str]) -> bytes:
    head = f'{{"resultCode": "0200000", "totalCount": {len(rows)}, "data": '
    return (head + "[" + ",".join(rows) + "]}").encode()


@pytest.fixture
def odd_rows(serve: Serve) -> int:
    """Serve rows that hold an odd value in every field, or as their ID; return their number."""
    rows = [row(number, value, FIELDS) for number, value in enumerate(ODD)]
    rows += [row(0, value, ["appointId"]) for value in ODD]
    serve(page_of(rows))
    return len(rows)


def test_no_odd_value_breaks_the_list_or_a_detail(signed_in: Client, odd_rows: int) -> None:
    page = signed_in.get("/appoints/")
    assert page.status_code == 200
    assert "\x00" not in page.content.decode()
    for number in range(0, len(ODD), 2):
        assert signed_in.get(f"/appoints/id-{number}/").status_code == 200


def test_no_odd_value_is_missing_in_a_file(signed_in: Client, odd_rows: int) -> None:
    file = signed_in.get("/appoints/export.csv")
    read = csv.reader(io.StringIO(file.content.decode(), newline=""))
    assert len(list(read)) == odd_rows + 1
    found = json.loads(signed_in.get("/appoints/export.json").content, parse_constant=pytest.fail)
    assert found["total"] == len(found["rows"]) == odd_rows
    book = openpyxl.load_workbook(io.BytesIO(signed_in.get("/appoints/export.xlsx").content))
    assert book.worksheets[0].max_row == odd_rows + 1


@pytest.mark.parametrize("key", ["resultCode", "resultDesc"])
@pytest.mark.parametrize("sent", ["x" * 3_000_000, "\x00\x01" * 400_000, "\ud800<b>" * 300_000])
def test_a_refusal_of_megabytes_is_cut_where_it_is_stored_and_shown(
    signed_in: Client, serve: Serve, key: str, sent: str
) -> None:
    serve(json.dumps({"resultCode": "0299999", key: sent}).encode())
    response = signed_in.get("/appoints/?preset=today")
    assert response.status_code == 502
    assert len(response.content) < 60_000
    assert "\x00" not in response.content.decode()
    stored = Snapshot.objects.get(status="failed")
    assert len(json.dumps(stored.failure)) < 20_000


def test_a_page_of_three_million_objects_is_refused_in_words(
    signed_in: Client, serve: Serve
) -> None:
    serve(page_of(["{}"] * 3_000_000))
    response = signed_in.get("/appoints/?preset=today")
    assert response.status_code == 502
    assert "the answer does not end" in response.content.decode()


def test_a_host_that_may_not_be_called_is_told_on_the_page(
    signed_in: Client, connection: Connection, simulator: Simulator, settings
) -> None:
    settings.ISALES_HOSTS = ["isales.example"]
    for address in ("/appoints/?preset=today", "/appoints/export.csv?preset=today"):
        response = signed_in.get(address)
        assert response.status_code == 503
        assert "host may not be called" in response.content.decode()
    assert not simulator.calls
    assert not Connection.objects.get().resting
