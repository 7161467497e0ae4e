"""Signed webhooks: JSON that a receiver can check and that it recognises when it comes twice.

The headers are those of https://www.standardwebhooks.com, so that receivers find a library:
``webhook-id``, the same in each try; ``webhook-timestamp``, in seconds since 1970; and
``webhook-signature``, ``v1,`` and the base64 of HMAC-SHA256 over ``ID.TIMESTAMP.BODY``, under the
bytes that the secret is the base64 of, after ``whsec_``.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx

from dashboard.notify.outcome import SENT, Outcome, failed

MARK = "whsec_"
TIMEOUT = 5.0  # seconds for each step
MOST_READ = 4096  # bytes of an answer
TAKEN, REDIRECTED = range(200, 300), range(300, 400)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A message to one address; ``secret`` is as ``new_secret`` made it."""

    url: str
    id: str
    body: Mapping[str, Any]
    secret: Callable[[], str] = field(repr=False)  # reveals it only where it is needed


def new_secret() -> str:
    """Return a secret that nobody can guess."""
    return MARK + b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a body under a secret."""
    key = b64decode(secret.removeprefix(MARK))
    signed = f"{id_}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()


def send(webhook: Webhook, transport: httpx.BaseTransport) -> Outcome:
    """Post a message once; ``transport`` decides what may be called, and raises if it may not."""
    body = json.dumps(dict(webhook.body), ensure_ascii=False).encode()
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "reserved-calls-dashboard",
        "Webhook-Id": webhook.id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": signature(webhook.secret(), webhook.id, timestamp, body),
    }
    try:
        with httpx.Client(transport=transport, timeout=TIMEOUT, trust_env=False) as client:
            request = client.build_request("POST", webhook.url, content=body, headers=headers)
            with closing(client.send(request, stream=True)) as response:
                return _outcome(response)
    except httpx.TimeoutException as error:
        return failed("too-slow", error, again=True)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return failed("unreachable", error, again=True)


def _outcome(response: httpx.Response) -> Outcome:
    if response.status_code in TAKEN:
        return SENT
    if response.status_code in REDIRECTED:
        return failed("redirect", f"HTTP {response.status_code}")
    return failed("status", f"HTTP {response.status_code} {_beginning(response)}", again=True)


def _beginning(response: httpx.Response) -> str:
    """Return the first text of an answer, of which no more is read; none of what is no text."""
    if not response.headers.get("Content-Type", "").startswith(("text/plain", "application/json")):
        return ""
    # As it was sent: what is packed could unpack to any length.
    part = next(response.iter_raw(MOST_READ), b"")
    return part[:MOST_READ].decode(errors="replace") if part.isascii() else ""
