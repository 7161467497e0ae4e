"""What each template of reserved calls shows; the fields of a context are its template's names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.functional import Promise

from appoints.connections.failures import Failure
from appoints.connections.models import Connection
from appoints.display.charts import Charts
from appoints.display.chips import Chip
from appoints.display.clock import Clock
from appoints.display.context import Context
from appoints.display.controls import Controls
from appoints.display.empty import EmptyState
from appoints.display.filter_menus import FilterMenu
from appoints.display.links import LinkBuilder
from appoints.display.pagination import Pager
from appoints.display.preset_links import DayLinks, PresetLinks
from appoints.display.table import AppointTable, Offered
from appoints.display.tiles import Tiles
from appoints.forms.query_form import QueryForm
from appoints.query.query import Query
from appoints.results.absent import Absent
from appoints.results.result import Result
from appoints.saved_views.menu import ViewMenu
from appoints.saved_views.models import SavedView
from dashboard.accounts.models import User


@dataclass(frozen=True, kw_only=True)
class Failed:
    """No rows are at hand: why not, the moment of it, and when to try again by itself."""

    template: ClassVar[str] = "appoints/_failure.html"
    failure: Failure
    at: datetime

    @property
    def poll(self) -> int:
        """Seconds after which the page asks again; 0 where time alone does not help."""
        return self.failure.retry_after or 0

    @property
    def reload(self) -> int:
        """Seconds after which a page without scripts asks again; 0 for never."""
        return self.poll


@dataclass(frozen=True, kw_only=True)
class Stale:
    """Rows are shown that are older than they should be, or too few: why, and how old in words.

    ``missing`` are the days of which there are none, ``outdated`` those that are old while others
    are not; empty where that is said of all.
    """

    failure: Failure
    age: str
    missing: str
    outdated: str


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows are at hand: all of them, those so far, or one page of iSales' own list.

    ``empty_state`` explains why no row matches and what to leave out; None where there are rows.
    ``seconds`` is the age of the data; ``fresh`` and ``newer`` are the seconds up to the next
    refresh, by itself and by a person. ``behind`` are the days that lack calls which moved there,
    empty for none. ``poll`` is the seconds after which the page asks again, 0
    for never. ``compared`` asks for the rows that repeat others of their number.
    """

    template: ClassVar[str] = "appoints/_rows.html"
    reload: ClassVar[int] = 3
    result: Result
    pager: Pager
    table: AppointTable
    tiles: Tiles | None
    charts: Charts | None
    empty_state: EmptyState | None
    clock: Clock
    link_builder: LinkBuilder
    stale: Stale | None
    behind: str
    seconds: int
    fresh: int
    newer: int
    poll: int
    compared: str

    @property
    def version(self) -> str:
        """The version of the answer, by which a refresh asks whether there is another."""
        return self.result.version

    @property
    def infers_attempts(self) -> bool:
        """Whether the table shows which attempt a call was."""
        return "attempt" in self.table.columns.names()

    @property
    def has_calls(self) -> bool:
        """Whether the page has a row."""
        return self.table.has_rows

    @property
    def is_empty(self) -> bool:
        """Whether the result is whole, and no row matches."""
        return self.empty_state is not None

    @property
    def shows_tiles(self) -> bool:
        """Whether the summary is shown: also where only filters of ours leave every row out."""
        return bool(self.tiles) if self.empty_state is None else bool(self.empty_state.in_range)

    @property
    def can_sort(self) -> bool:
        """Whether the rows can be sorted: all of them are loaded."""
        return self.has_calls and self.result.is_whole

    @property
    def can_choose_columns(self) -> bool:
        """Whether columns and pages are offered: a load would close their menus."""
        return self.has_calls and not self.result.is_loading


@dataclass(frozen=True, kw_only=True)
class ListContext(Context):
    """The list of reserved calls: the filters, then the answer.

    The fields without a default are there for any form. Of a wrong form there is no ``answer``
    and no ``address``. ``view_menu`` is the menu of saved views, not shown by a fragment.
    ``limits`` says what the person may see, empty for everything; ``number`` is the one that is
    asked for, as the person may see it.
    """

    template = "appoints/list.html"
    fragment = "appoints/_answer.html"

    form: QueryForm
    connections: QuerySet[Connection]
    unknown: Sequence[str]
    zone: ZoneInfo
    preset_links: PresetLinks
    controls: Controls
    intervals: Mapping[int, str | Promise]
    limits: str
    view_menu: ViewMenu | None = None
    query: Query | None = None
    address: str | None = None
    connection: Connection | None = None
    chips: Sequence[Chip] = ()
    day_links: DayLinks | None = None
    any_time: str = ""
    number: str = ""
    cleared: str = ""
    absent: Absent | None = None
    answer: Rows | Failed | None = None


@dataclass(frozen=True, kw_only=True)
class NoConnectionContext(Context):
    """A person who may see no connection.

    ``dormant`` says whether connections are stored, none of them active; ``ungranted`` whether one
    is active, but granted to no team of the person, and ``teamless`` that they have none.
    ``administrators`` are whom to ask.
    """

    template = "appoints/no_connection.html"

    dormant: bool
    ungranted: bool
    teamless: bool
    administrators: Sequence[User]


@dataclass(frozen=True, kw_only=True)
class SignedOutFrameContext(Context):
    """A portal's frame without a sign-in; ``address`` is what it asks."""

    template = "appoints/frame_signed_out.html"

    address: str


@dataclass(frozen=True, kw_only=True)
class ChoicesContext(Context):
    """Every choice of one filter; ``rest`` are the names and values of the other filters."""

    template = "appoints/choices.html"

    menu: FilterMenu
    form: QueryForm
    address: str
    rest: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class ColumnsContext(Context):
    """The columns to choose from; ``view`` is the saved view that keeps them, None without one.

    ``back`` is the address to return to.
    """

    template = "appoints/columns.html"

    offered: Sequence[Offered]
    back: str
    view: SavedView | None
