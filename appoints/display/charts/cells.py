"""Bars that are lines of a list, and cells of the tables beside the charts."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from appoints.display.formats import count
from appoints.display.html import NOTHING, escaped, html, joined
from appoints.display.texts import tip, visible


def bar_line(
    text: str,
    code: str,
    address: str | None,
    drawn: Sequence[SafeString],
    figures: Sequence[SafeString],
) -> SafeString:
    """Return a bar with its name and figures, which lead to its rows where they have an address."""
    href, title = _href(address), f"{tip(text)} {tip(code)}"
    bar = html('<svg aria-hidden="true">%s</svg> <bdi>%s</bdi>', joined(drawn), visible(text))
    return html('<a%s title="%s"> %s %s </a>', href, title, bar, SafeString(" ".join(figures)))


def named(text: str, code: str, address: str | None) -> SafeString:
    """Return a name, which leads to its rows where they have an address, and its code."""
    tag = '<a%s title="%s"><bdi class="clamp">%s</bdi></a>'
    name = html(tag, _href(address), tip(text), visible(text))
    return html('%s <bdi class="code clamp">%s</bdi>', name, code)


def linked(rows: int, address: str | None) -> SafeString:
    """Return a number of rows, which leads to them where they have an address."""
    shown = escaped(count(rows))
    return html('<a href="?%s">%s</a>', address, shown) if address else shown


def _href(address: str | None) -> SafeString:
    return html(' href="?%s"', address) if address else NOTHING
