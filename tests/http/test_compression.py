from __future__ import annotations

import gzip

from django.test import Client

from appoints.connections.models import Connection

ACCEPT = {"HTTP_ACCEPT_ENCODING": "gzip"}
LIST = "/appoints/"


def test_a_page_is_compressed(signed_in: Client, connection: Connection) -> None:
    response = signed_in.get(LIST, **ACCEPT)  # type: ignore[arg-type]
    assert response["Content-Encoding"] == "gzip"
    assert b"</html>" in gzip.decompress(response.content)
    assert len(response.content) < 40_000


def test_a_page_is_as_long_as_chance_has_it(signed_in: Client, connection: Connection) -> None:
    lengths = {len(signed_in.get("/views/", **ACCEPT).content) for _ in range(8)}  # type: ignore[arg-type]
    assert len(lengths) > 1


def test_a_file_is_sent_as_it_is(signed_in: Client, connection: Connection) -> None:
    response = signed_in.get(f"{LIST}export.csv", **ACCEPT)  # type: ignore[arg-type]
    assert "Content-Encoding" not in response
