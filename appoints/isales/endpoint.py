"""Where iSales is, and how a connection to it is protected."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address

import httpx

from .secret import Secret
from .signing import SigningOptions


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where iSales is and how to speak to it.

    ``ca_pem`` adds a private authority, as PEM text; ``hosts`` are those that may be called.
    """

    base_url: str
    vdn: int
    access_key: str
    secret_key: Secret
    signing: SigningOptions = field(default_factory=SigningOptions)
    ca_pem: str = ""
    hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_base_url(self.base_url)

    def tls(self) -> ssl.SSLContext:
        """Return a context that verifies the server; raises ssl.SSLError for a bad ``ca_pem``."""
        if not self.ca_pem:
            return _system_tls()
        context = ssl.create_default_context()
        # A bundle may have comments in any script; they are not part of a certificate.
        context.load_verify_locations(cadata=self.ca_pem.encode("ascii", "ignore").decode())
        return context


@cache
def _system_tls() -> ssl.SSLContext:
    """Return the context of the machine's own authorities, which take long to read."""
    return ssl.create_default_context()


def check_base_url(url: str) -> None:
    """Raise ValueError unless ``url`` is https, or plain http to this machine."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from error
    # A path that is added behind a query or fragment, even an empty one, becomes part of it.
    if not _is_name(parsed.host) or set("?#") & set(url) or parsed.userinfo:
        raise ValueError("an address like https://isales.example:28080 is needed")
    if parsed.scheme == "https" or (parsed.scheme == "http" and _loopback(parsed.host)):
        return
    raise ValueError("only https:// is allowed; plain http:// only to this machine (127.0.0.1)")


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a base URL, normalised."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return "", url, None
    return parsed.scheme, parsed.raw_host.decode("ascii"), parsed.port


def _is_name(host: str) -> bool:
    try:
        return bool(host.encode("idna"))  # as sockets do
    except UnicodeError:
        return False


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
