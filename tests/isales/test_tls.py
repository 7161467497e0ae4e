"""TLS over real sockets: a private authority is trusted by name, and no other ever."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from appoints.isales.client import Client, Criteria
from appoints.isales.endpoint import Endpoint
from appoints.isales.errors import NoAnswer
from appoints.isales.secret import Secret
from appoints.isales.simulator import Options, Simulator

HOST = "127.0.0.1"
SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


class Authority:
    """A private CA."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Private CA")])
        own = (
            self._builder(self.name, self.key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
            )
            .add_extension(SIGNS_CERTIFICATES, critical=True)
        )
        self.pem = own.sign(self.key, SHA256()).public_bytes(Encoding.PEM).decode()

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return x509.CertificateBuilder(
            self.name,
            subject,
            key.public_key(),
            x509.random_serial_number(),
            now - timedelta(days=1),
            now + timedelta(days=1),
        )

    def certify(self, name: x509.GeneralName, folder: Path) -> tuple[str, str]:
        """Return the files of a server's certificate and key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "iSales")])
        # Python 3.13 trusts no certificate that does not say which key signed it.
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        made = (
            self._builder(subject, key)
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .add_extension(signer, critical=False)
        )
        certificate = made.sign(self.key, SHA256()).public_bytes(Encoding.PEM)
        (folder / "certificate").write_bytes(certificate)
        (folder / "key").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return str(folder / "certificate"), str(folder / "key")


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
