from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.views import defaults
from django.views.csrf import csrf_failure
from pytest_django import Settings

from dashboard.accounts.models import User
from dashboard.environment import BASE_DIR

LOGIN = "/accounts/login/"


def policy(header: str) -> dict[str, set[str]]:
    directives = (part.split() for part in header.split(";"))
    return {name: set(sources) for name, *sources in directives}


def settings_under(**variables: str) -> dict[str, Any]:
    """What production's settings become under these variables, in a process of its own."""
    names = (
        "SESSION_COOKIE_SAMESITE",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SAMESITE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SAMESITE",
        "LANGUAGE_COOKIE_SECURE",
        "MIDDLEWARE",
        "CONTENT_SECURITY_POLICY",
    )
    program = (
        "import json; from django.conf import settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in {names!r}}}))"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "dashboard.settings", **variables}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=BASE_DIR, env=environ, capture_output=True, check=True
    )
    settings: dict[str, Any] = json.loads(done.stdout)
    return settings


def test_the_policy_allows_only_what_the_pages_use(client: Client, db: None) -> None:
    assert policy(client.get(LOGIN)["Content-Security-Policy"]) == {
        "default-src": {"'none'"},
        "script-src": {"'self'"},
        "style-src": {"'self'"},
        "img-src": {"'self'", "data:"},
        "font-src": {"'self'"},
        "connect-src": {"'self'"},
        "form-action": {"'self'"},
        "base-uri": {"'none'"},
        "object-src": {"'none'"},
        "frame-ancestors": {"'none'"},
    }


@pytest.mark.parametrize("path", [LOGIN, "/nowhere/", "/", "/accounts/logout/"])
def test_every_answer_stays_out_of_caches(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Cache-Control"] == "private, no-store"


def test_a_signed_in_persons_page_stays_out_of_caches(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    response = client.get("/accounts/preferences/")
    assert response["Cache-Control"] == "private, no-store"


def test_static_files_may_be_cached(client: Client) -> None:
    assert "no-store" not in client.get("/static/css/tokens.css")["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_browsers_are_told_to_be_careful(client: Client, db: None, name: str, value: str) -> None:
    assert client.get(LOGIN)[name] == value


def test_pages_give_up_the_camera(client: Client, db: None) -> None:
    assert "camera=()" in client.get(LOGIN)["Permissions-Policy"]


@pytest.mark.parametrize("https", ["0", "1"])
def test_a_portal_that_frames_the_list_lets_no_other_cookie_cross_sites(https: str) -> None:
    settings = settings_under(FRAME_ANCESTORS="https://portal.example", HTTPS=https)
    secure = https == "1"
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        assert settings[f"{name}_COOKIE_SAMESITE"] in ("Lax", None)
        assert settings[f"{name}_COOKIE_SECURE"] is secure
    assert "django.middleware.clickjacking.XFrameOptionsMiddleware" in settings["MIDDLEWARE"]
    directives = settings["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert directives["frame-ancestors"] == ["'none'"]


def test_an_unknown_host_is_refused_in_words(client: Client) -> None:
    response = client.get(LOGIN, HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert "The request could not be read" in response.content.decode()


def test_no_page_has_inline_code_or_style(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    for path in ("/accounts/preferences/", "/accounts/password_change/", "/nowhere/"):
        page = client.get(path).content.decode()
        assert not re.search(r"<style|<script(?! src)|\s(style|on\w+)=", page), path


@pytest.mark.parametrize(
    ("view", "status", "words"),
    [
        (lambda r: defaults.bad_request(r, Exception("odd")), 400, "could not be read"),
        (lambda r: defaults.permission_denied(r, Exception("odd")), 403, "Not open to you"),
        (lambda r: csrf_failure(r, reason="odd"), 403, "The form was not accepted"),
        (lambda r: defaults.page_not_found(r, Exception("odd")), 404, "No such page"),
        (defaults.server_error, 500, "Something broke here"),
    ],
)
def test_an_error_page_needs_no_database(
    rf: RequestFactory, view: Callable[[HttpRequest], Any], status: int, words: str
) -> None:
    response = view(rf.get("/"))
    page = response.content.decode()
    assert (response.status_code, words in page, "odd" in page) == (status, True, False)


def test_plain_http_is_sent_to_https(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(LOGIN)["Location"] == f"https://testserver{LOGIN}"
