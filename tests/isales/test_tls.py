"""TLS over real sockets: a private authority is trusted by name, and no other ever."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import nullcontext
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509

from appoints.isales.client import Client, Criteria
from appoints.isales.endpoint import Endpoint
from appoints.isales.errors import NoAnswer
from appoints.isales.secret import Secret
from appoints.isales.simulator import Options, Simulator
from tests.certificates import Authority

HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def simulator(authority: Authority, tmp_path: Path) -> Iterator[Simulator]:
    files = authority.certify(x509.IPAddress(IPv4Address(HOST)), tmp_path)
    with Simulator(Options(rows=5, tls=files)).running() as running:
        yield running


def total(simulator: Simulator, ca_pem: str) -> int:
    endpoint = Endpoint(simulator.base_url, 1, "AK", Secret("SK"), ca_pem=ca_pem)
    client = Client(endpoint)
    try:
        return client.list_page(Criteria(), 0, 50, pace=lambda _: nullcontext(), budget=2).total
    finally:
        client.close()


def test_a_private_authority_is_trusted_where_it_is_given(
    simulator: Simulator, authority: Authority
) -> None:
    assert simulator.base_url.startswith("https://")
    assert total(simulator, authority.pem) == len(simulator.rows())


def test_a_bundle_may_have_comments_in_any_script(
    simulator: Simulator, authority: Authority
) -> None:
    assert total(simulator, f"# Főtanúsítvány\n{authority.pem}") == len(simulator.rows())


@pytest.mark.parametrize("ca_pem", ["", "another"])
def test_an_authority_that_is_not_known_ends_the_call(simulator: Simulator, ca_pem: str) -> None:
    with pytest.raises(NoAnswer, match="CERTIFICATE_VERIFY_FAILED"):
        total(simulator, ca_pem and Authority().pem)
    assert simulator.calls == []


def test_a_certificate_for_another_host_ends_the_call(authority: Authority, tmp_path: Path) -> None:
    files = authority.certify(x509.DNSName("isales.example"), tmp_path)
    with Simulator(Options(rows=5, tls=files)).running() as simulator:
        with pytest.raises(NoAnswer, match="CERTIFICATE_VERIFY_FAILED"):
            total(simulator, authority.pem)
        assert simulator.calls == []


@pytest.mark.parametrize("pem", ["no certificate", "-----BEGIN CERTIFICATE-----\nx\n"])
def test_what_is_no_certificate_is_refused(pem: str) -> None:
    with pytest.raises((ssl.SSLError, TypeError, ValueError)):
        Endpoint("https://isales.example", 1, "AK", Secret("SK"), ca_pem=pem).tls()
