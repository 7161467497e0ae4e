"""A portal's frame: how it gets a session of its own, which shows the list and nothing else.

Browsers send no cookie of a site into the frame of another one, but those that say SameSite=None.
Nobody's own session says so. The frame opens a page of ours in a tab, which is signed in, and which
gives it a code; with the code the frame gets a cookie for its own address, in this portal only.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.core.handlers.wsgi import get_str_from_wsgi
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from dashboard.accounts.models import FrameSession
from dashboard.accounts.remote_user import BACKEND as PROXY
from dashboard.accounts.session_store import SessionStore

COOKIE = "frame_session"
CODE_LASTS = timedelta(minutes=1)
MOST_FRAMES = 20  # of one session


def offer(session_key: str) -> str:
    """Return a code by which one frame, once and soon, gets a session beside this one."""
    frames = FrameSession.objects.filter(session=session_key)
    kept = frames.filter(has_begun=True).order_by("-made").values_list("pk", flat=True)
    frames.exclude(pk__in=list(kept[: MOST_FRAMES - 1])).delete()
    code = secrets.token_urlsafe()
    FrameSession.objects.create(session_id=session_key, digest=_digest(code))
    return code


def begin(code: str) -> str | None:
    """Return the value of the cookie of a frame that has a code; None where it is good no more."""
    value = secrets.token_urlsafe()
    offered = FrameSession.objects.filter(
        digest=_digest(code), has_begun=False, made__gt=timezone.now() - CODE_LASTS
    )
    return value if offered.update(digest=_digest(value), has_begun=True) else None


def set_cookie(response: HttpResponse, value: str) -> None:
    """Let a browser send the value to the frame, and to no frame of another portal."""
    response.set_cookie(
        COOKIE,
        value,
        max_age=settings.SESSION_COOKIE_AGE,
        path=reverse("embed"),
        secure=True,  # without it, no browser takes SameSite=None
        httponly=True,
    )
    # Neither Django nor Python before 3.14 knows Partitioned; the word is written as it is.
    response.cookies[COOKIE]["samesite"] = "None; Partitioned"


class FrameSessionMiddleware:
    """Let the frame be of the person of its session. It reads: nothing here changes a session.

    Each request gets ``is_framed``, for templates look in several ways for what one lacks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.is_framed = False
        if request.path == reverse("embed") and not request.user.is_authenticated:
            _let_in(request)
        return self.get_response(request)


def _let_in(request: Any) -> None:
    """Let a request be of the person of its frame, if its session has not ended."""
    own, request.session = request.session, _session(request.COOKIES.get(COOKIE, ""))
    person = get_user(request)
    if person.is_authenticated and _is_named(request, person):
        request.user = person
    else:
        request.session = own
        # A proxy's word would begin a session with each request, for no cookie is kept.
        request.META.pop(settings.REMOTE_USER_HEADER, None)


def _is_named(request: Any, person: AbstractBaseUser) -> bool:
    """Tell whether a proxy that let the person in still names them."""
    if request.session[BACKEND_SESSION_KEY] != PROXY:
        return True
    name = get_str_from_wsgi(request.META, settings.REMOTE_USER_HEADER, "").strip(" \t")
    return person.get_username() == name


class BorrowedSession(SessionBase):
    """What another session holds; what is changed of it is forgotten with the request."""

    modified = property(lambda self: False, lambda self, value: None)

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()
        self._session_cache = data

    def is_empty(self) -> bool:
        """Say no, for the cookie of an empty session is taken away."""
        return False

    def flush(self) -> None:
        """Forget all."""
        self._session_cache = {}

    def cycle_key(self) -> None:
        """Do nothing: the key is another's."""


def _session(value: str) -> BorrowedSession:
    """Return what the session of a frame's cookie holds, nothing where it has ended."""
    frame = FrameSession.objects.filter(digest=_digest(value), has_begun=True).first()
    return BorrowedSession(SessionStore(frame.session_id).load() if frame else {})


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
