"""Addresses that look like ours and lead elsewhere, and where a browser lands that follows one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.screen import Screen

HOST = "testserver"
AWAY = "evil.example"
# What was tried on sites such as this one. {us} stands for our host.
TRICKS = tuple(
    trick.format(us=HOST)
    for trick in (
        # Another site, in full, and without its scheme.
        *("https://evil.example/", "HTTP://EVIL.EXAMPLE", "ftp://evil.example", "//evil.example"),
        *("///evil.example", "//evil.example:80/%2f..", "/" * 3000 + "evil.example"),
        # Browsers read a backslash as a slash.
        *("/\\evil.example", "\\\\evil.example", "/\\/evil.example", "http:\\\\evil.example"),
        # A scheme with too few slashes, or too many.
        *("https:evil.example", "https:/evil.example", "http:///evil.example"),
        # Browsers drop tabs and line breaks, and blanks at both ends.
        *("/\t/evil.example", "/\r\n/evil.example", "/\t\\evil.example", " //evil.example"),
        *("\x00//evil.example", "\x1f//evil.example", "ht\ntps://evil.example"),
        *("\u00a0//evil.example", "\u2028//evil.example", "\ufeff//evil.example"),
        # Our own host, as name, password, part or beginning of another.
        *("//{us}@evil.example", "https://{us}:80@evil.example/", "//{us}\\@evil.example"),
        *("//{us}.evil.example", "//{us}%2eevil.example", "//evil.example#@{us}"),
        *("//evil.example?@{us}", "http://{us}\\.evil.example", "http://{us}&@evil.example"),
        *("http://evil.example\\@{us}", "//evil.example%00@{us}"),
        # Signs that a browser takes for dots, slashes, letters or nothing.
        *("//evil\u3002example", "\uff0f\uff0fevil.example", "//\u24d4vil.example"),
        *("\u2215\u2215evil.example", "//ev\u00adil.example"),
        # Other ways to write the same.
        *("/%2f/evil.example", "%2f%2fevil.example", "/%09/evil.example", "/%5cevil.example"),
        *("//2130706433", "//[::1]", "//[evil.example"),
        # No page's address.
        *("JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)"),
        *("javascript://{us}/%0aalert(1)", "data:text/html,<script>alert(1)</script>"),
        *("vbscript:x", "blob:http://{us}/x", "view-source:http://{us}/"),
        # Out of a header, a path and an attribute.
        *("/\r\nLocation: https://evil.example", "/%0d%0aLocation:%20https://evil.example"),
        *("/..//evil.example", "./\\evil.example", '"><base href=//evil.example>'),
        "https://evil.example/?" + "x" * 9000,
    )
)  # fmt: skip

BLANKS = "".join(map(chr, range(0x21)))
HEADERS = ("Location", "Refresh", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url")
LINKS = ("href", "action", "formaction", "hx-get", "hx-post", "src")


def site_of(address: str) -> str:
    """Return the site that a browser opens from a page of ours, as the URL Standard reads it.

    It is the host, or the scheme of what has none.
    """
    text = re.sub("[\t\r\n]", "", address.strip(BLANKS)).replace("\\", "/")
    scheme, colon, rest = text.partition(":")
    if not (colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme)):
        scheme, rest = "", text
    if scheme and scheme.lower() not in ("http", "https"):
        return f"{scheme.lower()}:"
    if not scheme and not rest.startswith("//"):
        return HOST
    return re.split("[/?#]", rest.lstrip("/"), maxsplit=1)[0].rpartition("@")[2]


def leads_of(response: Any) -> Iterator[str]:
    """Yield every address to which an answer leads by itself, or by a click."""
    for header in HEADERS:
        if header in response:
            yield response[header]
    if response.get("Content-Type", "").startswith("text/html"):
        page = Screen(response)
        for name in LINKS:
            yield from page.values(f"[{name}]", name)
        yield from page.values("input[name=next]", "value")
        yield from page.values("meta[http-equiv=refresh]", "content")


def away_of(response: Any) -> list[str]:
    """Return where an answer leads that is not ours."""
    return [each for each in leads_of(response) if site_of(each) != HOST]
