"""A SAML identity provider: pysaml2, with Debian's xmlsec1."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what cryptography is about to move
    from saml2 import BINDING_HTTP_REDIRECT
    from saml2.config import IdPConfig
    from saml2.metadata import create_metadata_string
    from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
    from saml2.server import Server

ENTITY_ID = "https://idp.example/metadata"
SIGN_IN, SIGN_OUT = "https://idp.example/sign-in", "https://idp.example/sign-out"
BY_IDENTIFIER = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
SIGNED_OUT = "http://testserver/accounts/saml/sign-out/"
SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
AUTHN = {
    "class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
    "authn_auth": ENTITY_ID,
}


class IdentityProvider:
    entity_id = ENTITY_ID

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.config = {
            "entityid": ENTITY_ID,
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "service": {
                "idp": {
                    "endpoints": {
                        "single_sign_on_service": [(SIGN_IN, BINDING_HTTP_REDIRECT)],
                        "single_logout_service": [(SIGN_OUT, BINDING_HTTP_REDIRECT)],
                    },
                    "policy": {"default": {"name_form": BY_IDENTIFIER, "lifetime": {"minutes": 5}}},
                }
            },
            **_key_and_certificate(folder),
        }
        self.metadata = create_metadata_string(None, config=self._config()).decode()

    def know(self, service_provider: bytes) -> None:
        """Take the metadata of the dashboard."""
        self.config["metadata"] = {"inline": [service_provider.decode()]}
        self.server = Server(config=self._config())

    def answer(
        self,
        address: str,
        subject: str,
        attributes: Mapping[str, Any],
        **changes: Any,
    ) -> str:
        """Return what the provider answers to a request to sign in, in base64."""
        asked = dict(parse_qsl(urlsplit(address).query))["SAMLRequest"]
        request = self.server.parse_authn_request(asked, BINDING_HTTP_REDIRECT)
        how = {
            **self.server.response_args(request.message),
            "name_id": NameID(format=NAMEID_FORMAT_PERSISTENT, text=subject),
            "authn": AUTHN,
            "sign_response": True,
            "sign_assertion": True,
            "sign_alg": SHA256,
            "digest_alg": "http://www.w3.org/2001/04/xmlenc#sha256",
        }
        how = {name: how[name] for name in how if name not in ("name_id_policy", "binding")}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = self.server.create_authn_response(dict(attributes), **{**how, **changes})
        return encoded(str(made))

    def sign_out_request(self, subject: str) -> str:
        """Return where the provider leads a browser whose session it ends."""
        _id, message = self.server.create_logout_request(
            destination=SIGNED_OUT,
            issuer_entity_id=ENTITY_ID,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=subject),
        )
        return self._leading_to(SIGNED_OUT, str(message), response=False)

    def sign_out_answer(self, address: str) -> str:
        """Return where the provider leads a browser that came to end its session."""
        asked = dict(parse_qsl(urlsplit(address).query))["SAMLRequest"]
        request = self.server.parse_logout_request(asked, BINDING_HTTP_REDIRECT)
        message = self.server.create_logout_response(request.message, [BINDING_HTTP_REDIRECT])
        return self._leading_to(SIGNED_OUT, str(message), response=True)

    def _leading_to(self, place: str, message: str, *, response: bool) -> str:
        made = self.server.apply_binding(
            BINDING_HTTP_REDIRECT, message, place, "", response=response, sign=True, sigalg=SHA256
        )
        return dict(made["headers"])["Location"].removeprefix("http://testserver")

    def _config(self) -> IdPConfig:
        return IdPConfig().load(self.config)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def decoded(answer: str) -> str:
    return base64.b64decode(answer).decode()


def _key_and_certificate(folder: Path) -> dict[str, str]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example")])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem, format_ = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    (folder / "key.pem").write_bytes(key.private_bytes(pem, format_, plain))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    return {
        "key_file": str(folder / "key.pem"),
        "cert_file": str(folder / "certificate.pem"),
    }
