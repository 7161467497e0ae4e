"""The mail server, and as whom the dashboard writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from dashboard.environment.variables import value_of

NAME = "EMAIL_URL"
TIMEOUT = 10  # seconds for each step of a mail server
# What Django's backends of each kind take, by django-environ's names.
SMTP = {
    "EMAIL_HOST": "host",
    "EMAIL_PORT": "port",
    "EMAIL_HOST_USER": "username",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_USE_TLS": "use_tls",
    "EMAIL_USE_SSL": "use_ssl",
}
FILES = {"EMAIL_FILE_PATH": "file_path"}


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """Django's backend, by its path, and its options; ``sender`` is what ``From`` says."""

    backend: str
    options: dict[str, Any] = field(repr=False)
    sender: str


def email(hosts: Sequence[str]) -> EmailSettings | None:
    """Return the settings, None where no e-mail is to be sent. Raises ImproperlyConfigured.

    ``hosts`` are the dashboard's own: without ``from`` the address is of the first of them.
    """
    url = value_of(NAME)
    if not url:
        return None
    try:
        found = Env.email_url_config(url)
    except (ImproperlyConfigured, ValueError):
        # Not the error's own words, which may quote the password.
        raise ImproperlyConfigured(
            f"{NAME} must be like smtp+tls://user:password@mail.example:587/?from=calls@example.com"
        ) from None
    is_smtp = found["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    if is_smtp and not found["EMAIL_HOST"]:
        raise ImproperlyConfigured(f"{NAME} names no mail server")
    names = SMTP if is_smtp else FILES
    options = {names[key]: value for key, value in found.items() if key in names and value}
    if is_smtp:
        options["timeout"] = TIMEOUT
    return EmailSettings(found["EMAIL_BACKEND"], options, _sender(url, found, hosts))


def _sender(url: str, found: dict[str, Any], hosts: Sequence[str]) -> str:
    user = found["EMAIL_HOST_USER"] or ""
    host = next((each.lstrip("*.") for each in hosts if each.lstrip("*.")), "localhost")
    usual = user if "@" in user else f"reserved-calls@{host.strip('[]')}"
    given: str = parse_qs(urlsplit(url).query).get("from", [usual])[0]
    if "@" not in parseaddr(given)[1] or not given.isprintable():
        raise ImproperlyConfigured(f"{NAME}: from={given!r} is no e-mail address")
    return given
