"""Requests that cannot be read: 400 in words at every address, and one line in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from dashboard.accounts.models import User

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
END = b"--x--"
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--'
FILE = b'--x\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n1\r\n'
BASE64 = b"\r\nContent-Transfer-Encoding: base64\r\n\r\n!"
MOST_FIELDS = 300  # for these tests, which would take long over the site's own
BROKEN = {
    "no boundary": (b"a", "multipart/form-data"),
    "bad boundary": (b"a", "multipart/form-data; boundary=\u00e9"),
    "too many fields": (b"a&" * (MOST_FIELDS + 1), FORM),
    "too many parts": (PART.removesuffix(END) * (MOST_FIELDS + 1) + END, PARTS),
    "too many files": (FILE * 101 + b"--x--", PARTS),
    "too large": (b"a=" + b"x" * 3_000_000, FORM),
    "utf-16": (b"a=1", f"{FORM}; charset=utf-16"),
    "latin-1": (b"a=\xff", f"{FORM}; charset=iso-8859-1"),
    "no text": (b"a=1", f"{FORM}; charset=hex"),
    "parts of no text": (PART, f"{PARTS}; charset=hex"),
}
# What browsers never send, but nothing that stops Django from reading the form.
ODD = {
    "unknown charset": (b"a=1", f"{FORM}; charset=klingon"),
    "another type": (b"{", "application/json"),
    "no type": (b"a=1", ""),
    "NULs": (b"a=%00&next=%00&username=%00&password=%00&name=%00&from=%00&agent=%00", FORM),
    "no characters": (b"%ff=%ff&next=%ff&username=%ff&name=%ff&language=%ff", FORM),
    "base64": (
        PART.replace(b"\r\n\r\n1", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n!"),
        PARTS,
    ),
    "no page": (b"next=appoints&language=en&time_zone=&theme=&density=", FORM),
}


def addresses(resolver: URLResolver | None = None, start: str = "/") -> Iterator[str]:
    """Yield an address of every pattern, but the static ones of the admin's models."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = start + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if "(" not in here and "^" not in here:
                yield here.replace("<str:name>", "agent").replace("<int:pk>", "1")
        elif isinstance(pattern, URLResolver):
            yield from addresses(pattern, here)


PLACES = [*sorted({place for place in addresses() if "<" not in place}), "/nowhere/"]


def visitor(person: User | None = None, *, csrf: bool = True) -> Client:
    client = Client(enforce_csrf_checks=csrf, raise_request_exception=False)
    if person:
        client.force_login(person)
    return client


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("csrf", [True, False])
def test_a_form_that_cannot_be_read_is_400_everywhere(
    admin_user: User, settings: Any, body: str, csrf: bool
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = MOST_FIELDS
    content, kind = BROKEN[body]
    for client in (visitor(csrf=csrf), visitor(admin_user, csrf=csrf)):
        for place in PLACES if body == "utf-16" else PLACES[::6]:
            response = client.generic("POST", place, content, content_type=kind)
            assert response.status_code == 400, place
            words = (
                "bad_request" if place.startswith("/api/v1/") else "The request could not be read"
            )
            assert words in response.content.decode()


@pytest.mark.parametrize("body", ODD)
def test_an_odd_form_breaks_nothing(admin_user: User, body: str) -> None:
    content, kind = ODD[body]
    for client in (visitor(csrf=False), visitor(admin_user, csrf=False)):
        # Each place gets some of them.
        for place in PLACES[list(ODD).index(body) % 3 :: 3]:
            response = client.generic("POST", place, content, content_type=kind)
            assert response.status_code < 500, place


@pytest.mark.django_db
@trying(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=60).map(lambda some: PART.replace(b"1", some))
    | st.binary(max_size=80),
    kind=st.sampled_from([FORM, PARTS, "multipart/form-data"]),
    parameter=st.sampled_from(["", "; charset=", "; boundary="]),
    # Servers refuse these three in a header.
    value=st.text(st.characters(max_codepoint=255, exclude_characters="\0\r\n"), max_size=12),
)
def test_no_body_and_no_type_breaks_the_sign_in(
    content: bytes, kind: str, parameter: str, value: str
) -> None:
    response = visitor().generic(
        "POST", "/accounts/login/", content, content_type=f"{kind}{parameter}{value}"
    )
    assert response.status_code in (400, 403)


def test_an_unreadable_form_is_told_in_the_readers_language(client: Client) -> None:
    content, kind = BROKEN["utf-16"]
    response = client.generic(
        "POST", "/accounts/login/", content, content_type=kind, HTTP_ACCEPT_LANGUAGE="es"
    )
    assert 'lang="es"' in response.content.decode()


@pytest.mark.parametrize(
    "host", ["evil.example", "a b", "x" * 5000, "\u202e", "localhost:x", "[::"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_host_is_one_line_in_the_log_and_400_in_words(
    client: Client, caplog: pytest.LogCaptureFixture, host: str, method: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = client.generic(method, "/appoints/?number=139", HTTP_HOST=host)
    assert response.status_code == 400
    assert "The request could not be read" in response.content.decode()
    (line,) = [record for record in caplog.records if record.levelno >= logging.INFO]
    assert line.exc_info is None
    assert len(line.getMessage()) < 800
    assert "139" not in line.getMessage()


def test_a_wrong_host_is_refused_before_a_redirect_to_https(
    client: Client, settings: pytest.FixtureRequest
) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    assert client.get("/", HTTP_HOST="evil.example").status_code == 400


def test_health_is_answered_to_any_host(client: Client) -> None:
    assert client.get("/healthz", HTTP_HOST="evil.example").status_code == 200
