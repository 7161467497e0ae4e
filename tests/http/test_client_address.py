"""Whose address and scheme a request has, whatever its headers say."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from dashboard.audit.models import Event
from dashboard.environment.ways_in import Network
from dashboard.http.client_address import read_address, resolve

TRUSTED: list[Network] = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
USER, GROUPS = "HTTP_REMOTE_USER", "HTTP_REMOTE_GROUPS"
CLIENT = "203.0.113.7"

same_settings = examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
# What a header's value may hold once a server has read it.
values = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]))
trusted = st.one_of(
    st.integers(0, 2**24 - 1).map(lambda host: IPv4Address(10 * 2**24 + host)),
    st.integers(0, 2**120 - 1).map(lambda host: IPv6Address(0xFD * 2**120 + host)),
)
others = st.ip_addresses().filter(lambda found: not is_trusted(found))


def is_trusted(address: IPv4Address | IPv6Address) -> bool:
    plain = read_address(str(address))
    return plain is not None and any(plain in network for network in TRUSTED)


def plain(address: IPv4Address | IPv6Address) -> str:
    return str(read_address(str(address)))


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> Settings:
    settings.TRUSTED_PROXIES = TRUSTED
    settings.REMOTE_USER_HEADER, settings.REMOTE_GROUPS_HEADER = USER, GROUPS
    return settings


def resolved(peer: str, **headers: str) -> dict[str, Any]:
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", **headers}
    resolve(environ)
    return environ


def address(peer: str, forwarded: str) -> str:
    return str(resolved(peer, HTTP_X_FORWARDED_FOR=forwarded)["REMOTE_ADDR"])


@same_settings
@given(others, values, values, values)
def test_whoever_is_no_proxy_is_believed_nothing(
    peer: IPv4Address | IPv6Address, forwarded: str, scheme: str, name: str
) -> None:
    headers = {"HTTP_X_FORWARDED_FOR": forwarded, "HTTP_X_FORWARDED_PROTO": scheme}
    assert resolved(str(peer), **headers, **{USER: name, GROUPS: name}) == {
        "REMOTE_ADDR": plain(peer),
        "wsgi.url_scheme": "http",
    }


@same_settings
@given(values, others, st.lists(trusted, min_size=1, max_size=4))
def test_what_a_client_writes_before_its_own_address_changes_nothing(
    written: str, client: IPv4Address | IPv6Address, chain: list[IPv4Address | IPv6Address]
) -> None:
    *before, peer = map(str, chain)
    assert address(peer, ", ".join([written, str(client), *before])) == plain(client)


@same_settings
@given(st.lists(trusted, min_size=1, max_size=4))
def test_of_proxies_alone_the_farthest_is_the_client(
    chain: list[IPv4Address | IPv6Address],
) -> None:
    *before, peer = map(str, chain)
    assert address(peer, ", ".join(before)) == plain(chain[0])


@same_settings
@given(values, trusted)
def test_garbage_leaves_the_address_of_the_proxy_that_passed_it_on(
    garbage: str, peer: IPv4Address | IPv6Address
) -> None:
    assume(read_address(garbage.rpartition(",")[2]) is None)
    assert address(str(peer), f"{CLIENT}, {garbage}") == plain(peer)


@pytest.mark.parametrize(
    "written",
    [CLIENT, f" {CLIENT} ", f"{CLIENT}:51234", f"::ffff:{CLIENT}", f"[::ffff:{CLIENT}]:51234"],
)
def test_an_address_may_be_written_in_several_ways(written: str) -> None:
    assert address("10.0.0.5", written) == CLIENT


def test_an_ipv6_address_may_have_a_port_or_a_zone() -> None:
    assert address("10.0.0.5", "[2001:db8::1]:443") == "2001:db8::1"
    assert address("10.0.0.5", "fe80::1%eth0") == "fe80::1"


@pytest.mark.parametrize(
    "peer", ["::ffff:10.0.0.5", "fd00::5"], ids=["an IPv4 address in IPv6's writing", "IPv6"]
)
def test_a_proxy_is_known_whichever_way_its_address_is_written(peer: str) -> None:
    assert address(peer, CLIENT) == CLIENT


def test_an_ipv4_address_in_ipv6s_writing_is_no_way_in() -> None:
    environ = resolved(f"::ffff:{CLIENT}", **{USER: "root", "HTTP_X_FORWARDED_FOR": "10.0.0.5"})
    assert environ == {"REMOTE_ADDR": CLIENT, "wsgi.url_scheme": "http"}


def test_what_is_no_address_at_all_is_no_proxy() -> None:
    assert resolved("proxy", **{USER: "root"}) == {
        "REMOTE_ADDR": "proxy", "wsgi.url_scheme": "http",
    }  # fmt: skip


def test_a_unix_socket_is_this_machine(proxies: Settings) -> None:
    assert resolved("", **{USER: "root"}) == {
        "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http",
    }  # fmt: skip
    proxies.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    assert address("", CLIENT) == CLIENT


@pytest.mark.parametrize(
    ("said", "scheme"),
    [
        ("https", "https"),
        ("HTTPS", "https"),
        ("http", "http"),
        ("https, http", "http"),
        ("x", "http"),
    ],
)
def test_the_nearest_proxy_tells_the_scheme(said: str, scheme: str) -> None:
    environ = resolved("10.0.0.5", HTTP_X_FORWARDED_PROTO=said)
    assert environ["wsgi.url_scheme"] == scheme


def test_a_server_that_ends_tls_itself_knows_the_scheme() -> None:
    environ = {"REMOTE_ADDR": CLIENT, "wsgi.url_scheme": "https", "HTTP_X_FORWARDED_PROTO": "http"}
    resolve(environ)
    assert environ["wsgi.url_scheme"] == "https"


@pytest.mark.parametrize(
    ("peer", "scheme"), [("127.0.0.1", "https"), ("::1", "https"), (CLIENT, "http")]
)
def test_without_a_list_this_machine_is_believed_about_the_scheme_alone(
    proxies: Settings, peer: str, scheme: str
) -> None:
    proxies.TRUSTED_PROXIES = []
    headers = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "10.9.9.9", USER: "root"}
    assert resolved(peer, **headers) == {"REMOTE_ADDR": peer, "wsgi.url_scheme": scheme}


def test_with_a_list_this_machine_is_believed_only_where_it_is_on_it() -> None:
    environ = resolved("127.0.0.1", HTTP_X_FORWARDED_PROTO="https")
    assert environ["wsgi.url_scheme"] == "http"


def test_a_scheme_that_is_not_believed_is_told_once_for_the_operator(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(3):
        resolved("198.51.100.99", HTTP_X_FORWARDED_PROTO="https")
    assert caplog.messages == [
        "X-Forwarded-Proto of 198.51.100.99 is not believed: TRUSTED_PROXIES does not name it"
    ]


def fail(client: Client, peer: str, forwarded: str) -> int:
    data = {"username": "ana", "password": "wrong"}
    return client.post(
        "/accounts/login/", data, REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded
    ).status_code


def test_the_log_names_the_client_behind_the_proxy(client: Client, db: None) -> None:
    fail(client, "10.0.0.5", CLIENT)
    assert [each.address for each in Event.objects.all()] == [CLIENT]


def test_behind_a_proxy_a_name_is_closed_for_one_client_only(client: Client, db: None) -> None:
    """django-axes by REMOTE_ADDR lets anybody behind the proxy lock a name out for all."""
    assert [fail(client, "10.0.0.5", CLIENT) for _ in range(10)][-1] == 429
    assert fail(client, "10.0.0.5", "203.0.113.8") == 200


def test_a_client_that_calls_itself_another_is_closed_all_the_same(
    client: Client, db: None
) -> None:
    statuses = [fail(client, CLIENT, f"198.51.100.{number}") for number in range(10)]
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("peer", "secure"), [("10.0.0.5", True), (CLIENT, False)], ids=["a proxy", "a stranger"]
)
def test_only_a_proxy_says_that_a_request_came_by_https(
    client: Client, db: None, proxies: Settings, peer: str, *, secure: bool
) -> None:
    proxies.SECURE_SSL_REDIRECT = True
    response = client.get("/accounts/login/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
    assert (response.status_code == 200) is secure
