"""Which addresses may be called at all."""

from __future__ import annotations

import pytest

from appoints.isales.endpoint import Endpoint
from appoints.isales.secret import Secret


@pytest.mark.parametrize(
    "url",
    [
        "http://isales.example",
        "ftp://127.0.0.1",
        "https://",
        "isales.example",
        "https://user:word@isales.example",
        "https://isales.example/?a=1",
        "https://isales.example/?",
        "https://isales.example#",
        "http://10.0.0.1",
        "http://localhost.example",
        "http://user@127.0.0.1",
        "http://[::ffff:10.0.0.1]",
        "http://127.0.0.1.example",
        "https://[::1",
        "https://isales..example",
        "https://" + "a" * 64,
    ],
)
def test_an_address_that_is_not_protected_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Endpoint(url, 1, "AK", Secret("SK"))


@pytest.mark.parametrize(
    "url", ["https://isales.example:28080", "http://127.0.0.1:8000", "http://[::1]:1"]
)
def test_plain_http_is_for_this_machine_only(url: str) -> None:
    assert Endpoint(url, 1, "AK", Secret("SK")).base_url == url
