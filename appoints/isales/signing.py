"""AK/SK request signatures, as iSales checks them.

    Authorization: auth-v2/{AK}/{timestamp}/{signedHeaders}/{signature}

Source: the vendor's demo of an older outbound service. The reference of iSales calls its own rule
"similar" and shows it only as a picture, so that the points in which implementations differ are
options.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qsl, quote

import httpx

from .secret import Secret

VERSION = "auth-v2"


@dataclass(frozen=True, slots=True)
class SigningOptions:
    """The points in which implementations of this scheme differ.

    ``signed_headers`` are lower-case names; ``host`` always belongs to them and
    ``authorization`` never does. ``host`` replaces the Host header in what is signed.
    """

    signed_headers: tuple[str, ...] = ("host",)
    milliseconds: bool = False
    empty_query_line: bool = False
    host: str = ""

    def __post_init__(self) -> None:
        names = {name.strip().lower() for name in self.signed_headers} - {"", "authorization"}
        object.__setattr__(self, "signed_headers", tuple(sorted(names | {"host"})))


PRESETS: Mapping[str, SigningOptions] = {
    "host-only": SigningOptions(),
    "three-headers": SigningOptions(
        ("content-length", "content-type", "host"), milliseconds=True, empty_query_line=True
    ),
}


@dataclass(frozen=True, slots=True)
class Signable:
    """The parts of a request that a signature covers, as they are sent."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def canonical(self, signed_headers: tuple[str, ...], *, empty_query_line: bool) -> str:
        """Return the text that is signed.

        Raises KeyError for a signed header that the request lacks.
        """
        pairs = sorted(parse_qsl(self.query, keep_blank_values=True))
        query = "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs)
        lines = [self.method.upper(), self.path]
        if query or empty_query_line:
            lines.append(query)
        lines.append(";".join(signed_headers))
        lines += sorted(f"{encode(name)}:{encode(self.headers[name])}" for name in signed_headers)
        return "\n".join([*lines, encode(self.body)])


def encode(value: str | bytes) -> str:
    """Percent-encode UTF-8 as the vendor's demo does."""
    return quote(value, safe="-._~")


def prefix(access_key: str, timestamp: str, signed_headers: tuple[str, ...]) -> str:
    """Return the part of the header that precedes the signature and derives the signing key."""
    return f"{VERSION}/{access_key}/{timestamp}/{';'.join(signed_headers)}"


def signature(secret_key: Secret, prefix: str, canonical: str) -> str:
    """Return the lower-case hex signature; the signing key is the hex text of the first HMAC."""
    signing_key = hmac.digest(secret_key.reveal().encode(), prefix.encode(), sha256).hex()
    return hmac.digest(signing_key.encode(), canonical.encode(), sha256).hex()


def timestamp(moment: datetime, *, milliseconds: bool) -> str:
    """Return an aware moment as ``2025-05-15T09:48:56Z``, or with ``.000`` before the Z."""
    spec = "milliseconds" if milliseconds else "seconds"
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=spec) + "Z"


class AkskAuth(httpx.Auth):
    """Sign each request at the moment it is sent, over the very bytes that are sent."""

    requires_request_body = True

    def __init__(
        self,
        access_key: str,
        secret_key: Secret,
        options: SigningOptions,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.access_key = access_key
        self.secret_key = secret_key
        self.options = options
        self.now = now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self.authorization(request)
        yield request

    def authorization(self, request: httpx.Request) -> str:
        """Return the Authorization header for a request."""
        options = self.options
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        headers = dict(request.headers)
        # A header that is not sent is not signed: a GET has no length and no type.
        signed = tuple(name for name in options.signed_headers if name in headers)
        if options.host:
            headers["host"] = options.host
        signable = Signable(request.method, path, query, headers, request.content)
        canonical = signable.canonical(signed, empty_query_line=options.empty_query_line)
        moment = timestamp(self.now(), milliseconds=options.milliseconds)
        start = prefix(self.access_key, moment, signed)
        return f"{start}/{signature(self.secret_key, start, canonical)}"
