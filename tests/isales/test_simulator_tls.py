"""The simulator over TLS, for whoever brings a CA certificate of their own."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from appoints.isales.secret import Secret
from appoints.isales.signing import AkskAuth, SigningOptions
from appoints.isales.simulator import Options, Simulator

LIST = "/rest/isales/v1/openapi/campaigns/1/appoint/list"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Return the files of a certificate for 127.0.0.1 and of its key."""
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "simulator")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "certificate").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key").write_bytes(private)
    return str(folder / "certificate"), str(folder / "key")


@pytest.fixture(scope="module")
def simulator(certificate: tuple[str, str]) -> Iterator[Simulator]:
    with Simulator(Options(rows=20, tls=certificate)).running() as running:
        yield running


def ask(simulator: Simulator, context: ssl.SSLContext) -> httpx.Response:
    auth = AkskAuth("AK", Secret("SK"), SigningOptions())
    with httpx.Client(auth=auth, verify=context, trust_env=False) as line:
        return line.post(simulator.base_url + LIST, json={"offset": 0, "limit": 20})


def test_who_trusts_the_certificate_is_answered(
    simulator: Simulator, certificate: tuple[str, str]
) -> None:
    response = ask(simulator, ssl.create_default_context(cafile=certificate[0]))
    assert simulator.base_url.startswith("https://127.0.0.1:")
    assert response.json()["totalCount"] == 20


def test_who_does_not_trust_it_hangs_up(simulator: Simulator) -> None:
    before = len(simulator.calls)
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(simulator, ssl.create_default_context())
    assert len(simulator.calls) == before
