"""Which agents have overdue or failed calls: a bar and a link for each, and the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.display.charts.cells import bar_line, linked, named
from appoints.display.formats import count
from appoints.display.html import NOTHING, html, joined
from appoints.labels import STATE_WORDS
from appoints.query.filters import FILTERS
from appoints.query.query import Query
from appoints.results.facets import AgentCounts

MOST_BARS = 10  # bars
ANY = "0"  # stands for any agent


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
    def line(self) -> SafeString:
        """The bar, which leads to its rows."""
        drawn = [_rect(each) for each in self.parts if each.rows]
        return bar_line(
            self.text, self.code, self.address, drawn, [_figure(each) for each in self.parts]
        )

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


class _Addresses:
    """What asks for the calls of an agent in some states; all but the agent is written once."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._around: dict[tuple[str, ...], tuple[str, str]] = {}

    def of(self, agent: str | None, *states: str) -> str | None:
        """Return the query string; None where none can name the agent."""
        if not FILTERS["agents"].can_be(agent):
            return None
        if agent is None:
            return self._asking(None, states).urlencode()
        if states not in self._around:
            written = self._asking(ANY, states).urlencode()
            before, _any, after = written.partition(Query(agents=(ANY,)).urlencode())
            self._around[states] = before, after
        before, after = self._around[states]
        return f"{before}{Query(agents=(agent,)).urlencode()}{after}"

    def _asking(self, agent: str | None, states: tuple[str, ...]) -> Query:
        wanted = self._query.wanted_states()
        asked = tuple(state for state in states if not wanted or state in wanted)
        return self._query.only("agents", agent).but(states=asked)


def by_agent(lines: Sequence[AgentCounts], query: Query, names: Mapping[str, str]) -> Agents:
    """Return a bar for each agent, called by the ``names``; the first bars are shown."""
    most = max((line.overdue + line.failed for line in lines), default=0)
    addresses = _Addresses(query)
    bars = [_bar(line, most, addresses, names) for line in lines]
    left = len(bars[MOST_BARS:])
    words = ngettext("and %(agents)s more agent", "and %(agents)s more agents", left)
    return Agents(bars, bars[:MOST_BARS], words % {"agents": intcomma(left)} if left else "")


def _bar(line: AgentCounts, most: int, addresses: _Addresses, names: Mapping[str, str]) -> AgentBar:
    name = names.get(line.value, line.value) if line.value else _("Without an agent")
    return AgentBar(
        name,
        line.value if line.value and line.value != name else "",
        (
            _share("overdue", line.overdue, 0, most, line, addresses),
            _share("failed", line.failed, line.overdue, most, line, addresses),
        ),
        addresses.of(line.value, "overdue", "failed"),
    )


def _share(
    state: str, rows: int, before: int, most: int, line: AgentCounts, addresses: _Addresses
) -> StateShare:
    start, share = f"{before / most * 100:.1f}%", f"{rows / most * 100:.1f}%"
    address = addresses.of(line.value, state) if rows else None
    return StateShare(state, str(STATE_WORDS[state]), rows, start, share, address)


def _rect(part: StateShare) -> SafeString:
    fill = html(' fill="url(#stripes)"') if part.state == "failed" else NOTHING
    tag = '<rect class="bar-%s"%s x="%s" width="%s" height="100%%"/>'
    return html(tag, part.state, fill, part.start, part.share)


def _figure(part: StateShare) -> SafeString:
    css = NOTHING if part.rows else html(' class="none"')
    tag = '<b%s><span class="visually-hidden">%s: </span>%s</b>'
    return html(tag, css, part.word, count(part.rows))
