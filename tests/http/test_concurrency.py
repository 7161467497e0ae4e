"""Which part of a request waits in line for room to be computed, and which does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client, RequestFactory

from dashboard import concurrency, timing
from dashboard.operations import request_record

STATIC = "favicon.svg"
LONG = 30.0  # seconds, for which nobody waits


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Another thread computes until this is set, where one may at once."""
    monkeypatch.setattr(concurrency.LIMIT, "_free", 1)
    monkeypatch.setattr(concurrency.LIMIT, "_patience", LONG)
    done = threading.Event()

    def compute() -> None:
        with concurrency.LIMIT.held():
            done.wait(LONG)

    with ThreadPoolExecutor(1) as other:
        other.submit(compute)
        try:
            yield done
        finally:
            done.set()


class Body(BytesIO):
    """A body that tells when it is read."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.was_read = threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.was_read.set()
        return super().read(size)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", f"/static/{STATIC}"])
@pytest.mark.usefixtures("full")
@pytest.mark.django_db
def test_health_checks_and_static_files_are_answered_without_room(
    client: Client, path: str
) -> None:
    began = time.monotonic()
    assert client.get(path).status_code == 200
    assert time.monotonic() - began < LONG


@pytest.mark.django_db(transaction=True)
def test_a_body_is_read_before_its_request_has_room(full: threading.Event) -> None:
    fields = b"language=es"
    kind = "application/x-www-form-urlencoded"
    request = RequestFactory().post("/accounts/language/", fields, content_type=kind)
    body = Body(fields)
    environ = {**request.environ, "wsgi.input": body}
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(get_wsgi_application(), environ, lambda _status, _headers: None)
        assert body.was_read.wait(LONG / 2)
        time.sleep(0.1)
        is_answered = answer.done()
        full.set()
        answer.result(LONG)
    assert not is_answered


@pytest.mark.usefixtures("full")
def test_the_log_tells_how_long_a_request_waited(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    spent: list[timing.Timing] = []
    monkeypatch.setattr(
        request_record, "_record", lambda _request, _answer, time: spent.append(time)
    )
    monkeypatch.setattr(concurrency.LIMIT, "_patience", 0.05)
    client.get("/accounts/nowhere/")
    assert 0.05 <= spent[0].queued <= spent[0].elapsed()
