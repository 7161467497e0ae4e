"""Sign-ins, sign-outs, failures and lock-outs, as Django and django-axes tell them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from dashboard.accounts.models import User
from dashboard.audit.log import Target, record, record_once
from dashboard.audit.models import Event
from dashboard.audit.origin import Origin, address_of, current_request


def signed_in(user: User, request: HttpRequest | None = None, **_about: Any) -> None:
    record(_origin(request, user), Event.Action.SIGN_IN)


def signed_out(user: User | None, request: HttpRequest | None = None, **_about: Any) -> None:
    if user is not None:
        record(_origin(request, user), Event.Action.SIGN_OUT)


def failed(
    credentials: Mapping[str, Any], request: HttpRequest | None = None, **_about: Any
) -> None:
    name = str(credentials.get(User.USERNAME_FIELD) or "")
    record(_origin(request, None, name), Event.Action.SIGN_IN_FAILED)


def locked_out(request: HttpRequest | None = None, username: str = "", **_about: Any) -> None:
    # Once: whoever is locked out may go on trying.
    record_once(_origin(request, None, username or ""), Event.Action.LOCKED_OUT, Target(), {})


def refused(request: HttpRequest, name: str, reason: str, **_about: Any) -> None:
    # PostgreSQL stores no NUL.
    name = name if name.isprintable() else ascii(name)
    # Once: the proxy sends the name with each request.
    origin, details = _origin(request, None, name), {"reason": reason}
    record_once(origin, Event.Action.SIGN_IN_FAILED, Target(), details, same=reason)


def mapped(person: User, of: str, added: list[str], removed: list[str], **_about: Any) -> None:
    """Record what a person's groups changed in their rights."""
    details = {"of": of, "added": added, "removed": removed, "by": "GROUP_MAP"}
    found = {name: value for name, value in details.items() if value}
    target = Target("user", str(person.pk), str(person))
    record(_origin(current_request(), person), Event.Action.CHANGE, target, found)


def _origin(request: HttpRequest | None, user: User | None, name: str = "") -> Origin:
    actor = user.get_username() if user else name
    return Origin(user.pk if user else None, actor, address_of(request), Event.Way.SIGN_IN)
