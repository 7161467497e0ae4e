"""Cells of the tables beside the charts."""

from __future__ import annotations

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.safestring import SafeString

from appoints.display.html import NOTHING, escaped, html
from appoints.display.texts import tip, visible


def named(text: str, code: str, address: str | None) -> SafeString:
    """Return a name, which leads to its rows where they have an address, and its code."""
    href = html(' href="?%s"', address) if address else NOTHING
    name = html('<a%s title="%s"><bdi class="clamp">%s</bdi></a>', href, tip(text), visible(text))
    return html('%s <bdi class="code clamp">%s</bdi>', name, code)


def linked(rows: int, address: str | None) -> SafeString:
    """Return a number of rows, which leads to them where they have an address."""
    shown = escaped(intcomma(rows))
    return html('<a href="?%s">%s</a>', address, shown) if address else shown
