"""Who acts, from where and by which way, as the request tells; a command has no request."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from contextvars import ContextVar
from ipaddress import ip_address
from typing import NamedTuple

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from dashboard.accounts.models import User
from dashboard.audit.models import Event

_REQUEST: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


class Origin(NamedTuple):
    """``person`` is an ID, None for a stranger and for a command."""

    person: int | None
    actor: str
    address: str | None
    way: str


class OriginMiddleware:
    """Keep the request at hand for what a change of a model records."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _REQUEST.set(request)
        try:
            return self.get_response(request)
        finally:
            _REQUEST.reset(token)


def current_request() -> HttpRequest | None:
    return _REQUEST.get()


def current() -> Origin:
    """Return the origin of what is done now."""
    request = current_request()
    return of_command() if request is None else of_request(request)


def of_request(request: HttpRequest, way: str = "") -> Origin:
    """Return the origin of a request; its way is the address's unless another is given."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    return Origin(
        person.pk if person else None,
        person.get_username() if person else "",
        address_of(request),
        way or _way(request, person),
    )


def _way(request: HttpRequest, person: User | None) -> str:
    if person is None:
        return Event.Way.SIGN_IN  # it creates who is new
    in_admin = request.path_info.startswith(reverse("admin:index"))
    return Event.Way.ADMIN if in_admin else Event.Way.PAGE


def of_command() -> Origin:
    """Return the origin of a command: the account that runs it, which is no person's name."""
    try:
        name = f"{getpass.getuser()} (account of the machine)"
    except (KeyError, OSError):
        name = ""
    return Origin(None, name, None, Event.Way.COMMAND)


def address_of(request: HttpRequest | None) -> str | None:
    """Return where a request comes from, None where that is no address, such as a socket."""
    try:
        return str(ip_address(request.META["REMOTE_ADDR"])) if request else None
    except (KeyError, ValueError):
        return None
