"""Signatures: the vendor's own vectors, and each point in which signers differ."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.isales.secret import Secret
from appoints.isales.signing import PRESETS, AkskAuth, Signable, SigningOptions, timestamp

NOW = datetime(2025, 5, 15, 9, 48, 56, tzinfo=UTC)
ROOT = "https://10.22.26.181:28080/rest/isales/v1/openapi/campaigns/1"
JSON = {"Content-Type": "application/json; charset=UTF-8"}
BODY = b'{"limit":10,"offset":0,"taskId":"1106025109"}'
THREE = SigningOptions(("content-length", "content-type", "host"))


def post(body: bytes = BODY) -> httpx.Request:
    return httpx.Request("POST", f"{ROOT}/appoint/list", content=body, headers=JSON)


def get(query: str = "?pageSize=50&pageNum=1") -> httpx.Request:
    return httpx.Request("GET", f"{ROOT}/queryBusinessResults{query}")


def signed(request: httpx.Request, options: SigningOptions | None = None) -> list[str]:
    """The parts of the Authorization header."""
    secret = Secret("SK-example-0123456789")
    auth = AkskAuth("AKEXAMPLE", secret, options or SigningOptions(), now=lambda: NOW)
    return auth.authorization(request).split("/")


@pytest.mark.parametrize(
    ("request_", "options", "signature"),
    [
        (
            post(),
            SigningOptions(),
            "8f122533ffa89e9a3f6d360895a51cd6409811e262fb403dee1238fd8237f842",
        ),
        (post(), THREE, "83f335d832344d41fbc3be171b7518dd1d0e40454f17f32979495e920d3f295e"),
        (
            post('{"remark":"café *~-._/外呼"}'.encode()),
            SigningOptions(),
            "2950ddda66edb9858c6590d68f11fdcc7a51933861d4f260a5b04614114249b6",
        ),
        (
            get(),
            SigningOptions(),
            "1c573c6862b84cadffc63ee787d4efb445cd07fdff86c9f308d4cee37f932a84",
        ),
    ],
    ids=["host", "three headers", "text beyond ASCII", "a query"],
)
def test_the_vendors_vectors_are_met(
    request_: httpx.Request, options: SigningOptions, signature: str
) -> None:
    names = ";".join(options.signed_headers)
    assert signed(request_, options) == [
        "auth-v2", "AKEXAMPLE", "2025-05-15T09:48:56Z", names, signature,
    ]  # fmt: skip


header = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=10).map(str.strip)


@given(
    pairs=st.lists(
        st.tuples(st.text("ab é+&=%/~", min_size=1, max_size=4), st.text("aé +&=%外", max_size=4)),
        max_size=4,
    ),
    body=st.binary(max_size=30),
    names=st.sets(st.sampled_from(["content-length", "content-type", "x-b", "x-b-c", "none"])),
    value=header,
    line=st.booleans(),
)
def test_a_signature_is_what_the_reference_says_step_by_step(
    pairs: list[tuple[str, str]], body: bytes, names: set[str], value: str, line: bool
) -> None:
    request = httpx.Request(
        "POST", ROOT, params=pairs, content=body, headers={**JSON, "X-B": value, "X-B-C": "1"}
    )
    options = SigningOptions(tuple(names), empty_query_line=line)
    sent = {
        "content-length": str(len(body)),
        "content-type": "application/json; charset=UTF-8",
        "host": "10.22.26.181:28080",
        "x-b": value,
        "x-b-c": "1",
    }
    signing = sorted(({*names} | {"host"}) & {*sent})
    text = "POST\n/rest/isales/v1/openapi/campaigns/1\n"
    query = "&".join(f"{escaped(name)}={escaped(value)}" for name, value in sorted(pairs))
    text += f"{query}\n" if query or line else ""
    text += ";".join(signing) + "\n"
    text += "\n".join(sorted(f"{name}:{escaped(sent[name])}" for name in signing))
    text += "\n" + escaped(body)
    prefix = f"auth-v2/AKEXAMPLE/2025-05-15T09:48:56Z/{';'.join(signing)}"
    wanted = mac(mac("SK-example-0123456789", prefix), text)
    assert "/".join(signed(request, options)) == f"{prefix}/{wanted}"


def mac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def escaped(value: str | bytes) -> str:
    return quote(value, safe="-._~")


def test_the_presets_are_the_vendors_and_the_ports() -> None:
    assert signed(post(), PRESETS["host-only"])[2:4] == ["2025-05-15T09:48:56Z", "host"]
    assert signed(post(), PRESETS["three-headers"])[2:4] == [
        "2025-05-15T09:48:56.000Z",
        "content-length;content-type;host",
    ]


def test_a_changed_byte_changes_the_signature() -> None:
    assert signed(post(BODY + b" "))[-1] != signed(post())[-1]


def test_a_request_without_a_body_signs_no_length_and_no_type() -> None:
    assert signed(get(), THREE)[3] == "host"


def test_an_empty_query_is_a_line_only_where_it_is_set_so() -> None:
    request = Signable("POST", "/p", "", {"host": "h"}, b"{}")
    without = "POST\n/p\nhost\nhost:h\n%7B%7D"
    assert request.canonical(("host",), empty_query_line=False) == without
    assert request.canonical(("host",), empty_query_line=True) == without.replace("/p\n", "/p\n\n")


def test_a_query_is_sorted_and_encoded_anew() -> None:
    request = Signable("get", "/p", "b=2&a=%E5%A4%96+x&c=", {"host": "h:1"}, b"")
    assert request.canonical(("host",), empty_query_line=False) == (
        "GET\n/p\na=%E5%A4%96%20x&b=2&c=\nhost\nhost:h%3A1\n"
    )


def test_the_host_can_be_signed_as_another() -> None:
    other = signed(post(), SigningOptions(host="10.22.26.181"))
    bare = httpx.Request(
        "POST", f"{ROOT}/appoint/list", content=BODY, headers={**JSON, "Host": "10.22.26.181"}
    )
    assert other == signed(bare)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ((), ("host",)),
        (("Content-Type", "content-type "), ("content-type", "host")),
        (("host", "authorization", ""), ("host",)),
    ],
)
def test_host_is_always_signed_and_authorization_never(
    given: tuple[str, ...], names: tuple[str, ...]
) -> None:
    assert SigningOptions(given).signed_headers == names


def test_timestamps_are_utc_whatever_the_clocks_zone() -> None:
    local = NOW.astimezone(timezone(timedelta(hours=8))) + timedelta(milliseconds=7)
    assert timestamp(local, milliseconds=False) == "2025-05-15T09:48:56Z"
    assert timestamp(local, milliseconds=True) == "2025-05-15T09:48:56.007Z"
