"""Sign-in by a header of a trusted proxy, which names the person on each request.

ClientAddressMiddleware has dropped the header where anybody else sent it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY, login, logout
from django.contrib.auth.hashers import make_password
from django.core.exceptions import MiddlewareNotUsed, ValidationError
from django.core.handlers.wsgi import get_str_from_wsgi
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from dashboard.accounts.group_map import apply_groups, rights_of
from dashboard.accounts.models import User
from dashboard.accounts.signals import sign_in_refused

BACKEND = "dashboard.accounts.backends.ProxyBackend"
APPLIED = "applied_rights"  # in the session: what the groups gave
REFUSALS = {
    "name": _("The proxy names you in a way that no account here can have."),
    "inactive": _("Your account here is closed."),
    "no groups": _("The proxy does not say which groups you are in."),
}


class ProxyRefused(Exception):
    """The proxy names somebody who is not let in; the argument is a key of REFUSALS."""


class RemoteUserMiddleware:
    """Sign in whom the header names; end a session that it began and names no more.

    A session that began with a password stays, so that a superuser can come in beside the proxy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.REMOTE_USER_HEADER:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        if not request.user.is_authenticated or _by_proxy(request):
            name = _text(request, settings.REMOTE_USER_HEADER) or ""
            try:
                _follow(request, name)
            except ProxyRefused as refused:
                _refuse(request, name, *refused.args)
            request.signed_in_by_proxy = request.user.is_authenticated
        return self.get_response(request)


def _by_proxy(request: HttpRequest) -> bool:
    return bool(request.session.get(BACKEND_SESSION_KEY) == BACKEND)


def _follow(request: HttpRequest, name: str) -> None:
    """Let the request be of the person who is named. Raises ProxyRefused."""
    if request.user.is_authenticated and request.user.get_username() != name:
        logout(request)
    if not name:
        return
    groups = _groups(request)
    if isinstance(request.user, User):
        if groups is not None and request.session.get(APPLIED) != [*rights_of(groups)]:
            _apply(request, request.user, groups)
        return
    person = _person(name)
    login(request, person, backend=BACKEND)
    if groups is not None:
        _apply(request, person, groups)


def _person(name: str) -> User:
    """Return the person of a name, who is created where there is none. Raises ProxyRefused."""
    try:
        User._meta.get_field("username").run_validators(name)
    except ValidationError:
        raise ProxyRefused("name") from None
    if name != User.normalize_username(name):
        # Two names that look alike must not be one person.
        raise ProxyRefused("name")
    unusable = {"password": make_password(None)}
    person, _created = User.objects.get_or_create(username=name, defaults=unusable)
    if not person.is_active:
        raise ProxyRefused("inactive")
    return person


def _groups(request: HttpRequest) -> set[str] | None:
    """Return the groups that the proxy tells of, None where it is not to. Raises ProxyRefused."""
    if not settings.REMOTE_GROUPS_HEADER:
        return None
    if (found := _text(request, settings.REMOTE_GROUPS_HEADER)) is None:
        raise ProxyRefused("no groups")
    return {group for group in map(str.strip, found.split(",")) if group}


def _apply(request: HttpRequest, person: User, groups: set[str]) -> None:
    apply_groups(person, groups)
    request.session[APPLIED] = [*rights_of(groups)]


def _refuse(request: Any, name: str, reason: str) -> None:
    if SESSION_KEY in request.session:
        logout(request)
    request.refusal = REFUSALS[reason]
    sign_in_refused.send(User, request=request, name=name, reason=reason)


def _text(request: HttpRequest, header: str) -> str | None:
    """Return what a header says, None where it is missing."""
    if header not in request.META:
        return None
    return get_str_from_wsgi(request.META, header, "").strip(" \t")
