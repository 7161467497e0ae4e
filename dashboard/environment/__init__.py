"""What the operator sets in the environment, read and checked in one place.

Each variable may come as ``NAME`` or as ``NAME_FILE``, a path to a file that holds the value.
A problem is an ImproperlyConfigured whose message is one line that says what to set; a secret's
value is in no message and no repr.
"""

from __future__ import annotations

import re
import sys
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from dashboard.environment import ways_in
from dashboard.environment.email import EmailSettings, email
from dashboard.environment.variables import flag_of, list_of, number_of, value_of

BASE_DIR = Path(__file__).resolve().parents[2]

DEVELOPMENT_KEY = "django-insecure-development-only"
SECRET_KEY_HINT = (
    "SECRET_KEY is not set: set it, or SECRET_KEY_FILE, to the output of"
    " python -c 'import secrets; print(secrets.token_urlsafe(50))'"
)
CREDENTIAL_KEYS_HINT = (
    "CREDENTIAL_KEYS is not set: set it, or CREDENTIAL_KEYS_FILE, to the output of"
    " .venv/bin/python -c 'from cryptography.fernet import Fernet;"
    " print(Fernet.generate_key().decode())'"
)
# Default, least and most of what an operator may tune.
NUMBERS = {
    "API_PER_MINUTE": (120, 1, 100_000),
    "AUDIT_DAYS": (365, 1, 3650),
    "BOOKING_HORIZON_DAYS": (90, 0, 3650),
    "FRESH_SECONDS": (20, 1, 86_400),
    "KEEP_HOURS": (12, 1, 24 * 90),
    "LATE_GRACE_MINUTES": (5, 0, 24 * 60),
    "LOADS_PER_PERSON": (3, 1, 100),
    "MOST_ROWS": (200_000, 100, 2_000_000),
    "OVERDUE_DAYS": (30, 1, 365),
    "PUNCTUAL_MINUTES": (5, 0, 24 * 60),
    "REVEALS_PER_MINUTE": (5, 1, 100),
}
LOG_FORMATS = ("text", "json")
HOST = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.IGNORECASE)
ORIGIN = re.compile(r"https?://[A-Za-z0-9*.\[\]-]+[A-Za-z0-9.:\[\]-]*(:\*)?")


@dataclass(frozen=True, slots=True)
class Environment:
    """Every setting an operator makes, valid."""

    debug: bool
    https: bool
    secret_key: str = field(repr=False)
    credential_keys: list[str] = field(repr=False)
    database: dict[str, Any] = field(repr=False)
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    frame_ancestors: list[str]
    isales_hosts: list[str]
    webhook_hosts: list[str]
    email: EmailSettings | None
    time_zone: str
    numbers: dict[str, int]
    ways_in: ways_in.WaysIn
    metrics_token: str = field(repr=False)
    log_format: str


def read() -> Environment:
    """Read the process's environment; ImproperlyConfigured names the first thing that is wrong."""
    debug = flag_of("DEBUG", default=False)
    secret_key = _secret_key(debug)
    hosts = list_of("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
    return Environment(
        debug=debug,
        https=flag_of("HTTPS", default=not debug),
        secret_key=secret_key,
        credential_keys=_credential_keys(debug, secret_key),
        database=_database(),
        allowed_hosts=hosts,
        csrf_trusted_origins=list_of("CSRF_TRUSTED_ORIGINS"),
        frame_ancestors=_frame_ancestors(),
        isales_hosts=_hosts("ISALES_HOSTS"),
        webhook_hosts=_hosts("WEBHOOK_HOSTS"),
        email=email(hosts),
        time_zone=_time_zone(),
        numbers={name: number_of(name, *values) for name, values in NUMBERS.items()},
        ways_in=ways_in.read(),
        metrics_token=value_of("METRICS_TOKEN"),
        log_format=log_format(),
    )


def read_or_stop() -> Environment:
    """Read the environment; or end the process with one line, for a traceback would bury it."""
    try:
        return read()
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))


def _secret_key(debug: bool) -> str:
    key = value_of("SECRET_KEY")
    if not key and not debug:
        raise ImproperlyConfigured(SECRET_KEY_HINT)
    return key or DEVELOPMENT_KEY


def _credential_keys(debug: bool, secret_key: str) -> list[str]:
    keys = list_of("CREDENTIAL_KEYS")
    if not keys and not debug:
        raise ImproperlyConfigured(CREDENTIAL_KEYS_HINT)
    for position, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"CREDENTIAL_KEYS: key {position} of {len(keys)} is not a Fernet key"
                " (32 bytes in URL-safe base64)"
            ) from None
    return keys or [urlsafe_b64encode(sha256(secret_key.encode()).digest()).decode()]


def _database() -> dict[str, Any]:
    """Return DATABASES["default"]; SQLite beside manage.py unless DATABASE_URL says otherwise."""
    url = value_of("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'db.sqlite3'}"
    scheme = url.partition(":")[0]
    if scheme == "sqlite":
        return _sqlite(Env.db_url_config(url))
    if scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgresql://")
    try:
        database = Env.db_url_config(url)
    except ValueError:
        # Not the error's own words: they quote the part of the address beside the password.
        raise ImproperlyConfigured("DATABASE_URL is not a valid address") from None
    # A server that is gone without a word is noticed within seconds.
    options = {"connect_timeout": 5, "tcp_user_timeout": 20_000, **database.get("OPTIONS", {})}
    own = {"ENGINE": "dashboard.postgresql", "OPTIONS": options, "CONN_MAX_AGE": 0}
    return {**database, **own}


def _sqlite(database: dict[str, Any]) -> dict[str, Any]:
    """Let several workers write: one begins to write only when it may, and waits up to 20 s.

    A connection is kept for a minute, for to open one and read the schema takes as long as a
    request's other queries. Each may have half a megabyte of pages in memory, not SQLite's two.
    """
    pragmas = ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-512")
    options = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": " ".join(f"PRAGMA {each};" for each in pragmas),
    }
    own = database.get("OPTIONS", {})
    return {**database, "OPTIONS": {**options, **own}, "CONN_MAX_AGE": 60}


def _frame_ancestors() -> list[str]:
    """Return the portals' origins; anything else could smuggle a directive into the header."""
    for origin in (origins := list_of("FRAME_ANCESTORS")):
        if not ORIGIN.fullmatch(origin):
            raise ImproperlyConfigured(
                f"FRAME_ANCESTORS: {origin!r} is not an origin such as https://portal.example"
            )
    return origins


def _hosts(name: str) -> list[str]:
    for entry in (entries := list_of(name)):
        if not (HOST.fullmatch(entry) or _is_network(entry.strip("[]"))):
            raise ImproperlyConfigured(
                f"{name}: {entry!r} is not a host, *.domain or network such as 10.0.0.0/8"
            )
    return entries


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def log_format() -> str:
    """Return how the logs are written: one of LOG_FORMATS."""
    chosen = value_of("LOG_FORMAT").lower() or "text"
    if chosen not in LOG_FORMATS:
        raise ImproperlyConfigured(f"LOG_FORMAT must be {' or '.join(LOG_FORMATS)}")
    return chosen


def _time_zone() -> str:
    zone = value_of("TIME_ZONE") or "UTC"
    if zone not in available_timezones():
        raise ImproperlyConfigured(
            f"TIME_ZONE: {zone!r} is not an IANA time zone such as Europe/Istanbul"
        )
    return zone
