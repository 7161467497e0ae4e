"""Sign-ins, sign-outs, failures and lock-outs, as Django and django-axes tell them.

Strangers who try ever new names do not fill the log: beyond a limit it says only that there are
more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from dashboard.accounts.models import User
from dashboard.audit.log import SKEW, Target, record, record_once
from dashboard.audit.models import Event
from dashboard.audit.origin import Origin, address_of, current_request

HOUR = timedelta(hours=1)
MOST_OF_ADDRESS = 50  # events of failed sign-ins from one address in an hour
MOST_OF_ALL = 500  # of such events in an hour


def signed_in(user: User, request: HttpRequest | None = None, **_about: Any) -> None:
    record(_origin(request, user), Event.Action.SIGN_IN)


def signed_out(user: User | None, request: HttpRequest | None = None, **_about: Any) -> None:
    if user is not None:
        record(_origin(request, user), Event.Action.SIGN_OUT)


def failed(
    credentials: Mapping[str, Any], request: HttpRequest | None = None, **_about: Any
) -> None:
    name = str(credentials.get(User.USERNAME_FIELD) or "")
    origin = _origin(request, None, name)
    if not _are_many(origin):
        record(origin, Event.Action.SIGN_IN_FAILED)


def locked_out(request: HttpRequest | None = None, username: str = "", **_about: Any) -> None:
    # Once: whoever is locked out may go on trying.
    origin = _origin(request, None, username or "")
    if not _are_many(origin):
        record_once(origin, Event.Action.LOCKED_OUT, Target(), {})


def refused(request: HttpRequest, name: str, reason: str, way: str = "", **_about: Any) -> None:
    # PostgreSQL stores no NUL.
    name = name if name.isprintable() else ascii(name)
    origin, details = _origin(request, None, name), {"reason": reason}
    if way:
        details["by"] = way
    # Once: a proxy sends the name with each request.
    if not _are_many(origin):
        record_once(origin, Event.Action.SIGN_IN_FAILED, Target(), details, same=details)


def mapped(person: User, of: str, added: list[str], removed: list[str], **_about: Any) -> None:
    """Record what a person's groups changed in their rights."""
    details = {"of": of, "added": added, "removed": removed, "by": "GROUP_MAP"}
    found = {name: value for name, value in details.items() if value}
    target = Target("user", str(person.pk), str(person))
    record(_origin(current_request(), person), Event.Action.CHANGE, target, found)


def _are_many(origin: Origin) -> bool:
    """Tell whether strangers fail too often to record each time; then record that there are more.

    That is one event in ten minutes for an address, or for all, without a name.
    """
    now = timezone.now()
    lately = Event.objects.filter(at__gt=now - HOUR, at__lte=now + SKEW)
    failed = lately.filter(way=Event.Way.SIGN_IN, person=None)
    if failed.count() >= MOST_OF_ALL:
        most, origin = MOST_OF_ALL, origin._replace(actor="", address=None)
    elif failed.filter(address=origin.address).count() >= MOST_OF_ADDRESS:
        most, origin = MOST_OF_ADDRESS, origin._replace(actor="")
    else:
        return False
    details = {"in an hour more than": most}
    record_once(origin, Event.Action.SIGN_IN_FAILED, Target(), details)
    return True


def _origin(request: HttpRequest | None, user: User | None, name: str = "") -> Origin:
    actor = user.get_username() if user else name
    return Origin(user.pk if user else None, actor, address_of(request), Event.Way.SIGN_IN)
