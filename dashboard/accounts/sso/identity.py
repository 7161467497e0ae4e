"""Whom a service vouches for, and what it says of their groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from dashboard.accounts.sso.refusals import Refused

LONGEST_SUBJECT, LONGEST_NAME = 191, 150  # characters, as they are stored


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
    """Return whom OpenID Connect's claims name. Raises Refused."""
    subject, email = _text(claims, "sub"), _text(claims, "email")
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Refused("name")
    about = {
        "first_name": _text(claims, "given_name")[:LONGEST_NAME],
        "last_name": _text(claims, "family_name")[:LONGEST_NAME],
        "email": email if _is_address(email) else "",
    }
    names = [_text(claims, "preferred_username"), email, subject]
    return Identity(issuer, subject, names, about, _groups(claims, groups_claim))


def is_mapped() -> bool:
    """Tell whether groups give anything; otherwise nobody needs to tell of them."""
    return bool(settings.GROUP_MAP.teams or settings.GROUP_MAP.roles)


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
        raise Refused("too many groups", name=subject)
    found = claims.get(name)
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Refused("no groups", name=subject)
    return found
