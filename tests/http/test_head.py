"""HEAD: the head of what GET answers, and no body, which gunicorn would log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, StreamingHttpResponse
from django.test import Client, RequestFactory

from appoints.connections.models import Connection
from dashboard.http.head import HeadMiddleware
from tests.factories import at_hand, raw

PAGES = (
    "/healthz",
    "/readyz",
    "/appoints/",
    "/appoints/export.csv",
    "/nowhere",
)


def answered(method: str, path: str, cookie: str) -> tuple[str, dict[str, str], bytes]:
    """Return what the site's application answers to a server."""
    environ = RequestFactory().generic(method, path, headers={"cookie": cookie}).environ
    heads: list[tuple[str, dict[str, str]]] = []
    body = get_wsgi_application()(environ, lambda status, head: heads.append((status, dict(head))))
    content = b"".join(body)
    body.close()
    return *heads[0], content


@pytest.mark.parametrize("path", PAGES)
def test_a_head_is_that_of_the_page_without_its_body(
    signed_in: Client, connection: Connection, path: str
) -> None:
    at_hand(connection, [raw(1)])
    cookie = f"sessionid={signed_in.cookies['sessionid'].value}"
    (status, head, body), (same, of_get, content) = (
        answered(method, path, cookie) for method in ("HEAD", "GET")
    )
    assert (status, body) == (same, b"")
    assert content
    assert head.keys() == of_get.keys()


@pytest.mark.django_db
def test_what_was_to_be_streamed_is_closed_and_never_begun() -> None:
    seen: list[str] = []

    class Parts:
        def __iter__(self) -> Iterator[bytes]:
            seen.append("begun")
            yield b"row"

        def close(self) -> None:
            seen.append("closed")

    request = HttpRequest()
    request.method = "HEAD"
    response = HeadMiddleware(lambda _: StreamingHttpResponse(Parts()))(request)
    assert isinstance(response, StreamingHttpResponse)
    assert b"".join(response) == b""  # type: ignore[arg-type]
    response.close()
    assert seen == ["closed"]
