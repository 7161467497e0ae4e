"""Which hosts may be called: by name, and by the address that is really connected to."""

from __future__ import annotations

import socket
import time
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.isales import hosts
from appoints.isales.client import Client, Criteria
from appoints.isales.endpoint import Endpoint
from appoints.isales.errors import HostRefused, NoAnswer
from appoints.isales.hosts import addresses, permitted
from appoints.isales.secret import Secret
from appoints.isales.simulator import Options, Simulator

FORMS = ["::ffff:{}", "64:ff9b::{}", "64:ff9b:1::{}"]  # an IPv4 address in an IPv6 one


def resolving(monkeypatch: pytest.MonkeyPatch, *found: str) -> list[str]:
    """Let every name resolve to these, in turn the last for ever; hold what was asked."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, port: int, *rest: Any, **options: Any) -> Any:
        if host in found:
            return real(host, port, *rest, **options)
        asked.append(host)
        return real(found[min(len(asked), len(found)) - 1], port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def call(url: str, *allowed: str) -> int:
    client = Client(Endpoint(url, 1, "AK", Secret("SK"), hosts=allowed))
    try:
        return client.list_page(Criteria(), 0, 10, pace=lambda _: nullcontext(), budget=0.5).total
    finally:
        client.close()


@pytest.mark.parametrize(
    "host",
    [
        *("169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518"),
        *("0xa9.254.0251.254", "169.16689662", "169.254.0.1", "100.100.100.200", "168.63.129.16"),
        *("fe80::1", "fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254"),
        *("::ffff:a9fe:a9fe", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1", "::169.254.1.1"),
    ],
)
def test_link_local_and_metadata_addresses_are_closed_however_they_are_written(host: str) -> None:
    for allowed in ([], ["0.0.0.0/0", "::/0"], ["*.example", "10.0.0.0/8"]):
        with pytest.raises(HostRefused):
            addresses(allowed, host, 443)


@given(st.ip_addresses(v=4), st.sampled_from(FORMS))
def test_an_ipv4_address_in_an_ipv6_one_is_judged_as_itself(address: Any, form: str) -> None:
    assert permitted((), "x", form.format(address)) == permitted((), "x", str(address))


@given(st.ip_addresses(network="169.254.0.0/16") | st.ip_addresses(network="fe80::/10"))
def test_no_link_local_address_is_open(address: Any) -> None:
    assert not permitted((), "x", str(address))
    assert not permitted(("x", "10.0.0.0/8"), "x", str(address))


def test_other_addresses_are_open_where_nothing_is_named() -> None:
    for address in ("10.0.0.1", "127.0.0.1", "::1", "192.168.1.1", "2001:db8::1", "8.8.8.8"):
        assert permitted((), "isales.example", address)


@pytest.mark.parametrize(
    ("allowed", "host", "address", "open_to_us"),
    [
        (["isales.example"], "isales.example", "10.0.0.1", True),
        (["isales.example"], "ISALES.example.", "10.0.0.1", True),
        (["ISALES.Example"], "isales.example", "10.0.0.1", True),
        (["isales.example"], "other.example", "10.0.0.1", False),
        (["isales.example"], "x.isales.example", "10.0.0.1", False),
        (["*.example"], "isales.example", "10.0.0.1", True),
        (["*.example"], "a.b.example", "10.0.0.1", True),
        (["*.example"], "example", "10.0.0.1", False),
        (["*.example"], "badexample", "10.0.0.1", False),
        (["*.example"], "example.evil", "10.0.0.1", False),
        (["10.0.0.0/8"], "any.name", "10.9.8.7", True),
        (["10.0.0.0/8"], "10.9.8.7", "10.9.8.7", True),
        (["10.0.0.0/8"], "any.name", "11.0.0.1", False),
        (["10.1.2.3"], "10.1.2.3", "10.1.2.3", True),
        (["10.1.2.3"], "10.1.2.4", "10.1.2.4", False),
        (["[2001:db8::1]"], "2001:db8::1", "2001:db8::1", True),
        (["2001:db8::/32"], "x", "2001:db8::5", True),
        (["10.0.0.0/8"], "x", "::ffff:10.0.0.1", True),
        (["isales.example"], "isales.example", "169.254.169.254", False),
        (["0.0.0.0/0"], "x", "169.254.169.254", False),
        (["169.254.10.0/24"], "x", "169.254.10.9", True),
        (["169.254.10.0/24"], "x", "169.254.11.9", False),
        (["x", "y", "10.0.0.0/8"], "y", "11.0.0.1", True),
    ],
)
def test_what_is_named_may_be_called_and_nothing_else(
    allowed: list[str], host: str, address: str, open_to_us: bool
) -> None:
    assert permitted(allowed, host, address) is open_to_us


def test_an_address_among_others_that_is_closed_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(2, 1, 6, "", (address, 443)) for address in ("169.254.169.254", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert addresses((), "two.example", 443) == ["10.0.0.1"]


def test_a_base_url_is_checked_without_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "169.254.169.254")
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    for url in ("https://metadata.example:28080", "https://[fd00:ec2::254]", "https://0xa9fea9fe/"):
        with pytest.raises(HostRefused):
            hosts.check((), url)


def test_a_host_that_has_no_address_yet_may_be_stored() -> None:
    hosts.check((), "https://isales.invalid:28080")


def test_a_name_that_is_not_named_is_refused_though_it_has_no_address() -> None:
    with pytest.raises(HostRefused):
        hosts.check(("other.example",), "https://isales.invalid:28080")


def test_a_name_that_comes_to_mean_another_address_is_not_called_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Simulator(Options(data=[])).running() as simulator:
        url = simulator.base_url.replace("http://127.0.0.1", "http://localhost")
        asked = resolving(monkeypatch, "127.0.0.1", "169.254.169.254")
        assert call(url) == 0
        with pytest.raises(HostRefused):
            call(url)
        assert len(asked) == 2
        assert len(simulator.calls) == 1


def test_the_address_that_was_checked_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Simulator(Options(data=[])).running() as simulator:
        asked = resolving(monkeypatch, "127.0.0.1", "169.254.169.254")
        connected: list[Any] = []
        real = socket.create_connection

        def connect(address: Any, *rest: Any, **options: Any) -> socket.socket:
            connected.append(address[0])
            return real(address, *rest, **options)

        monkeypatch.setattr(socket, "create_connection", connect)
        call(simulator.base_url.replace("127.0.0.1", "localhost"))
        assert (asked, connected) == (["localhost"], ["127.0.0.1"])


def test_a_closed_host_is_asked_nothing_and_not_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, "169.254.169.254")
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    with pytest.raises(HostRefused, match="may not be called"):
        call("https://rebound.example")
    assert asked == ["rebound.example"]


def test_a_host_with_several_addresses_is_called_at_the_one_that_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Simulator(Options(data=[])).running() as simulator:
        port = int(simulator.base_url.rpartition(":")[2])
        found = [(2, 1, 6, "", (address, port)) for address in ("127.0.0.9", "127.0.0.1")]
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *rest, **options: (
                found if host == "localhost" else real(host, *rest, **options)
            ),
        )
        assert call(simulator.base_url.replace("127.0.0.1", "localhost")) == 0


def test_many_addresses_that_do_not_answer_take_no_longer_than_the_budget(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(2, 1, 6, "", (f"10.255.255.{last}", 9)) for last in range(1, 250)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    given: list[float] = []

    def connect(address: Any, timeout: float, **_: Any) -> socket.socket:
        given.append(timeout)
        time.sleep(min(timeout, 0.1))
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NoAnswer, match="in time"):
        call("https://many.example")
    assert len(given) < 10
    assert max(given) <= 0.5
