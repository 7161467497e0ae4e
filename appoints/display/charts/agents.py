"""Which agents have overdue or failed calls: a bar and a link for each, and the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.display.charts.cells import linked, named
from appoints.display.html import html, joined
from appoints.labels import STATE_WORDS
from appoints.query.filters import FILTERS
from appoints.query.query import Query
from appoints.results.facets import AgentCounts

MOST_BARS = 10  # bars


class StateShare(NamedTuple):
    """An agent's calls in one state, at its place in the bar, in hundredths of the longest one.

    ``address`` is None where there are none, and where no address can name the agent.
    """

    state: str
    word: str
    rows: int
    start: str
    share: str
    address: str | None


class AgentBar(NamedTuple):
    """An agent in words, by the ``code`` too where that says more, and the parts of the bar.

    ``address`` is None where no address can name the agent.
    """

    text: str
    code: str
    parts: tuple[StateShare, StateShare]
    address: str | None

    @property
    def row(self) -> SafeString:
        """The row of the table: of hundreds, over which a template takes its time."""
        head = named(self.text, self.code, self.address)
        cells = [html("<td>%s</td>", linked(each.rows, each.address)) for each in self.parts]
        return html('<tr><th scope="row">%s</th>%s</tr>', head, joined(cells))


class Agents(NamedTuple):
    """All bars as a table has them, those that are shown, and how many agents are left out."""

    bars: Sequence[AgentBar]
    shown: Sequence[AgentBar]
    rest: str


def by_agent(lines: Sequence[AgentCounts], query: Query, names: Mapping[str, str]) -> Agents:
    """Return a bar for each agent, called by the ``names``; the first bars are shown."""
    most = max((line.overdue + line.failed for line in lines), default=0)
    bars = [_bar(line, most, query, names) for line in lines]
    left = len(bars[MOST_BARS:])
    words = ngettext("and %(agents)s more agent", "and %(agents)s more agents", left)
    return Agents(bars, bars[:MOST_BARS], words % {"agents": intcomma(left)} if left else "")


def _bar(line: AgentCounts, most: int, query: Query, names: Mapping[str, str]) -> AgentBar:
    name = names.get(line.value, line.value) if line.value else _("Without an agent")
    return AgentBar(
        name,
        line.value if line.value and line.value != name else "",
        (
            _share("overdue", line.overdue, 0, most, line, query),
            _share("failed", line.failed, line.overdue, most, line, query),
        ),
        _address(line, query, "overdue", "failed"),
    )


def _share(
    state: str, rows: int, before: int, most: int, line: AgentCounts, query: Query
) -> StateShare:
    start, share = f"{before / most * 100:.1f}%", f"{rows / most * 100:.1f}%"
    address = _address(line, query, state) if rows else None
    return StateShare(state, str(STATE_WORDS[state]), rows, start, share, address)


def _address(line: AgentCounts, query: Query, *states: str) -> str | None:
    if not FILTERS["agents"].can_be(line.value):
        return None
    wanted = query.wanted_states()
    asked = tuple(state for state in states if not wanted or state in wanted)
    return query.only("agents", line.value).but(states=asked).urlencode()
