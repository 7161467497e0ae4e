"""The metadata of SAML's identity provider; imported only where one is set."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from lxml.etree import LxmlError
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

LONGEST_ENTITY_ID = 190  # characters, with which allauth stores whom a service knows


def provider(metadata: str) -> dict[str, Any]:
    """Return the identity provider as python3-saml takes it. Raises ImproperlyConfigured."""
    try:
        found: Any = OneLogin_Saml2_IdPMetadataParser.parse(metadata).get("idp", {})
    except (LxmlError, SyntaxError, ValueError):
        raise _wrong("hold no XML") from None
    if not 0 < len(found.get("entityId", "")) <= LONGEST_ENTITY_ID:
        raise _wrong("name no identity provider")
    if not found.get("singleSignOnService"):
        raise _wrong("offer no sign-in with the binding HTTP-Redirect")
    if not (found.get("x509cert") or found.get("x509certMulti", {}).get("signing")):
        raise _wrong("hold no certificate that signs")
    return dict(found)


def _wrong(problem: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"SAML_METADATA_FILE: the metadata {problem}")
