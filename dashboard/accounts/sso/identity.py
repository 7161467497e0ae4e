"""Whom a service vouches for, and what it says of their groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from dashboard.accounts.sso.refusals import SignInRefused

LONGEST_SUBJECT, LONGEST_NAME = 191, 150  # characters, as they are stored

# SAML's attributes, as identity providers call them: a plain word, an object identifier, or the
# address that Microsoft's have.
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
ATTRIBUTES = {
    "name": ("username", "uid", "urn:oid:0.9.2342.19200300.100.1.1", f"{CLAIMS}/name"),
    "email": ("email", "mail", "urn:oid:0.9.2342.19200300.100.1.3", f"{CLAIMS}/emailaddress"),
    "first_name": ("firstName", "givenName", "urn:oid:2.5.4.42", f"{CLAIMS}/givenname"),
    "last_name": ("lastName", "sn", "urn:oid:2.5.4.4", f"{CLAIMS}/surname"),
}
GROUPS = (
    "groups",
    "memberOf",
    "urn:oid:1.2.840.113556.1.2.102",
    "urn:oid:1.3.6.1.4.1.5923.1.5.1.1",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
    "http://schemas.xmlsoap.org/claims/Group",
)
# Where Entra tells of more than 150 groups.
GROUPS_ELSEWHERE = "http://schemas.microsoft.com/claims/groups.link"


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the service ``issuer`` knows them, for ever by the same subject.

    ``names`` are what to call a new account, the best one first.
    """

    issuer: str
    subject: str
    names: list[str]
    about: dict[str, str]
    groups: Collection[str]


def of_claims(issuer: str, claims: Mapping[str, Any], groups_claim: str) -> Identity:
    """Return whom OpenID Connect's claims name. Raises SignInRefused."""
    subject, email = _text(claims, "sub"), _text(claims, "email")
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise SignInRefused("name")
    about = {
        "first_name": _text(claims, "given_name")[:LONGEST_NAME],
        "last_name": _text(claims, "family_name")[:LONGEST_NAME],
        "email": email if _is_address(email) else "",
    }
    names = [_text(claims, "preferred_username"), email, subject]
    return Identity(issuer, subject, names, about, _groups(claims, groups_claim))


def of_attributes(issuer: str, subject: Any, attributes: Mapping[str, list[Any]]) -> Identity:
    """Return whom SAML's attributes name. Raises SignInRefused."""
    subject = _text({"subject": subject}, "subject")
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise SignInRefused("name")
    found = {name: _first(attributes, where) for name, where in ATTRIBUTES.items()}
    names = [found.pop("name"), found["email"], subject]
    about = {name: text[:LONGEST_NAME] for name, text in found.items()}
    about["email"] = found["email"] if _is_address(found["email"]) else ""
    return Identity(issuer, subject, names, about, _groups_among(attributes, subject))


def is_mapped() -> bool:
    """Tell whether groups give anything; otherwise nobody needs to tell of them."""
    return bool(settings.GROUP_MAP.teams or settings.GROUP_MAP.roles)


def _first(attributes: Mapping[str, list[Any]], names: tuple[str, ...]) -> str:
    values = (value for name in names for value in attributes.get(name, ()))
    return next((each for each in values if isinstance(each, str) and each.isprintable()), "")


def _groups_among(attributes: Mapping[str, list[Any]], subject: str) -> Collection[str]:
    if not is_mapped():
        return ()
    if GROUPS_ELSEWHERE in attributes:
        raise SignInRefused("too many groups", name=subject)
    told = [attributes[name] for name in GROUPS if name in attributes]
    if not told:
        raise SignInRefused("no groups", name=subject)
    return [group for groups in told for group in groups if isinstance(group, str)]


def _text(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name)
    return found if isinstance(found, str) and found.isprintable() else ""


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _groups(claims: Mapping[str, Any], name: str) -> Collection[str]:
    if not is_mapped():
        return ()
    subject = str(claims["sub"])
    elsewhere = claims.get("_claim_names")
    # Entra tells of more than 200 groups only where they can be asked for.
    if claims.get("hasgroups") or (isinstance(elsewhere, dict) and name in elsewhere):
        raise SignInRefused("too many groups", name=subject)
    found = claims.get(name)
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise SignInRefused("no groups", name=subject)
    return found
