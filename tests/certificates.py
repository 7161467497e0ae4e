"""A private certificate authority, and the certificates of servers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

DAY = timedelta(days=1)
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
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, ends: timedelta = DAY
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return x509.CertificateBuilder(
            self.name,
            subject,
            key.public_key(),
            x509.random_serial_number(),
            now - 2 * DAY,
            now + ends,
        )

    def certify(
        self, name: x509.GeneralName, folder: Path, ends: timedelta = DAY
    ) -> tuple[str, str]:
        """Return the files of a server's certificate, which ends so far from now, and key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "iSales")])
        # Python 3.13 trusts no certificate that does not say which key signed it.
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        made = (
            self._builder(subject, key, ends)
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .add_extension(signer, critical=False)
        )
        certificate = made.sign(self.key, SHA256()).public_bytes(Encoding.PEM)
        (folder / "certificate").write_bytes(certificate)
        (folder / "key").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return str(folder / "certificate"), str(folder / "key")
