"""The client's address and scheme, of which a proxy tells in headers.

This is the one place that reads them: afterwards ``REMOTE_ADDR`` is the client's address, and no
header of a proxy is left that another than a trusted proxy sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dashboard.environment.ways_in import Network

logger = logging.getLogger(__name__)

Address = IPv4Address | IPv6Address

FORWARDED_FOR, FORWARDED_PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
# Believed about the scheme alone where no proxy is named: a proxy that sets no X-Forwarded-For
# passes on what the client wrote there.
LOOPBACK: list[Network] = [ip_network("127.0.0.0/8"), ip_network("::1")]
SOCKET_FILE = "127.0.0.1"  # the address of whoever connects by a Unix socket, on this machine


class ClientAddressMiddleware:
    """Set REMOTE_ADDR and the scheme. Place it before all that reads a header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        resolve(request.META)
        return self.get_response(request)


def resolve(environ: dict[str, Any]) -> None:
    """Set the client's address and scheme, and drop what nobody trusted says."""
    peer = read_address(environ.get("REMOTE_ADDR") or SOCKET_FILE)
    forwarded = environ.pop(FORWARDED_FOR, "").split(",")
    scheme = environ.pop(FORWARDED_PROTO, "").rpartition(",")[2].strip()
    trusted = _is_in(peer, settings.TRUSTED_PROXIES)
    if not trusted:
        for header in (settings.REMOTE_USER_HEADER, settings.REMOTE_GROUPS_HEADER):
            environ.pop(header, None)
    if peer is not None:
        client = _client(peer, forwarded, settings.TRUSTED_PROXIES)
        environ["REMOTE_ADDR"] = str(client)
    if scheme and _is_in(peer, settings.TRUSTED_PROXIES or LOOPBACK):
        environ["wsgi.url_scheme"] = "https" if scheme.lower() == "https" else "http"
    elif scheme:
        _tell(str(peer))


def read_address(text: str) -> Address | None:
    """Return an address, without port and zone; None where that is no address.

    An IPv4 address that IPv6 writes as ``::ffff:10.0.0.5`` is the IPv4 address.
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _client(peer: Address, forwarded: Iterable[str], trusted: list[Network]) -> Address:
    """Return the last address that no trusted proxy has; each proxy adds the one it was called by.

    What is no address hides those before it.
    """
    for text in reversed([*forwarded]):
        if not _is_in(peer, trusted) or (before := read_address(text)) is None:
            break
        peer = before
    return peer


def _is_in(address: Address | None, networks: Iterable[Network]) -> bool:
    return address is not None and any(address in network for network in networks)


@lru_cache(maxsize=100)  # once for each
def _tell(peer: str) -> None:
    logger.warning(
        "X-Forwarded-Proto of %s is not believed: TRUSTED_PROXIES does not name it", peer
    )
