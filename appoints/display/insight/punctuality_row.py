"""A line of kept promises: in words, and as a row of a table."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from appoints.display.html import NOTHING, html
from appoints.display.texts import tip, visible

# A page has about fifty, which a template takes several times as long for.
ROW = (
    '<tr><th scope="row" title="%s %s"><a%s><bdi>%s</bdi></a></th>'
    '<td class="share"%s>%s<span%s>%s</span></td>'
    "<td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>"
)
ADDRESS, TITLE, SOFT = ' href="?%s"', ' title="%s"', SafeString(' class="soft"')
BAR = '<svg aria-hidden="true"><rect width="%s" height="100%%"/></svg>'


@dataclass(frozen=True, kw_only=True)
class PunctualityRow:
    """A line in words; ``address`` narrows the page to it, empty where none can name it.

    ``width`` is its share in hundredths, empty where that is not judged.
    """

    text: str
    code: str
    address: str
    share: str
    width: str
    change: str
    calls: SafeString
    late: SafeString
    early: SafeString
    median: SafeString
    ninetieth: SafeString
    not_called: SafeString
    ahead: SafeString
    unclear: SafeString


def drawn(row: PunctualityRow) -> SafeString:
    """Return a line as a row of a table."""
    address = html(ADDRESS, row.address) if row.address else NOTHING
    change = html(TITLE, row.change) if row.change else NOTHING
    bar, of_class = (html(BAR, row.width), NOTHING) if row.width else (NOTHING, SOFT)
    return html(
        ROW,
        *(tip(row.text), tip(row.code), address, visible(row.text)),
        *(change, bar, of_class, row.share),
        *(row.calls, row.late, row.median, row.ninetieth, row.not_called),
    )
