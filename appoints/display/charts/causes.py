"""Why calls fail, the most frequent first: a bar each, a link each, with its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.display.charts.cells import bar_line, linked, named
from appoints.display.formats import count
from appoints.display.html import NOTHING, html
from appoints.isales import codes
from appoints.labels import word
from appoints.query.filters import FILTERS
from appoints.query.query import Query
from appoints.results.facets import ValueCount

MOST_BARS = 10  # bars


class CauseBar(NamedTuple):
    """A number of rows in words, and the address of just them; None where none can name the code.

    ``code`` is what the words stand for, where it says more; ``part`` tells a part of the bar
    before it, and ``share`` is its length in hundredths of the longest.
    """

    text: str
    code: str
    rows: int
    share: str
    address: str | None
    part: bool

    @property
    def line(self) -> SafeString:
        """The bar, which leads to its rows."""
        drawn = html('<rect width="%s" height="100%%"/>', self.share)
        figure = html("<b>%s</b>", count(self.rows))
        return bar_line(self.text, self.code, self.address, [drawn], [figure])

    @property
    def row(self) -> SafeString:
        """The row of the table."""
        css = html(' class="part"') if self.part else NOTHING
        head, rows = named(self.text, self.code, self.address), linked(self.rows, None)
        return html('<tr><th scope="row"%s>%s</th><td>%s</td></tr>', css, head, rows)


class Causes(NamedTuple):
    """All bars as a table has them, those that are shown, and how many rows the rest stands for."""

    bars: Sequence[CauseBar]
    shown: Sequence[CauseBar]
    rest: str


def causes(lines: Sequence[ValueCount], query: Query, reasons: Mapping[str, str]) -> Causes:
    """Rank the groups that must act, each with its causes; the largest causes are shown."""
    groups: Counter[str | None] = Counter()
    for line in lines:
        groups[_group(line)] += line.rows
    most = max(groups.values(), default=0)
    bars: list[CauseBar] = []
    for group, rows in groups.most_common():
        bars.append(_group_bar(group, rows, most, query))
        if group is not None:
            own = [line for line in lines if _group(line) == group]
            bars += [_cause_bar(line, most, query, reasons) for line in own]
    by_rows = sorted((bar for bar in bars if bar.part), key=lambda bar: -bar.rows)
    room = max(0, MOST_BARS - len(groups))
    left = by_rows[room:]
    return Causes(bars, [bar for bar in bars if bar not in left], _rest(left))


def _group(line: ValueCount) -> str | None:
    return None if line.value is None else codes.FAIL_GROUPS.get(line.value, codes.OTHER)


def _group_bar(group: str | None, rows: int, most: int, query: Query) -> CauseBar:
    # Without a fail code, only the call's result says that it failed.
    text = _("Without a fail code") if group is None else word(codes.GROUPS, group)
    asked = query.only("causes", None) if group is None else query.only("cause_groups", group)
    address = asked.but(states=("failed",)).urlencode()
    return CauseBar(text, "", rows, _share(rows, most), address, part=False)


def _cause_bar(line: ValueCount, most: int, query: Query, reasons: Mapping[str, str]) -> CauseBar:
    code = line.value or ""
    text = reasons.get(code, code)
    asked = query.only("causes", code).but(states=("failed",))
    address = asked.urlencode() if FILTERS["causes"].can_be(code) else None
    shown_code = code if code != text else ""
    return CauseBar(text, shown_code, line.rows, _share(line.rows, most), address, part=True)


def _rest(left: Sequence[CauseBar]) -> str:
    if not left:
        return ""
    words = ngettext(
        "and %(causes)s more cause: %(rows)s", "and %(causes)s more causes: %(rows)s", len(left)
    )
    return words % {
        "causes": intcomma(len(left)),
        "rows": intcomma(sum(bar.rows for bar in left)),
    }


def _share(rows: int, most: int) -> str:
    return f"{rows / most * 100:.1f}%"
