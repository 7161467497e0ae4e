"""What the template of the wallboard shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

from appoints.connections.models import Connection
from appoints.display.charts import Charts
from appoints.display.chips import Chip
from appoints.display.clock import Clock
from appoints.display.context import Context
from appoints.display.filter_menus import Choice
from appoints.display.table import AppointTable
from appoints.pages.contexts import Stale
from appoints.pages.insight.contexts import Figures
from appoints.results.result import Result


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The first calls in a state, by their time, as a table, and how many there are in all."""

    state: str
    word: str | Promise
    total: int
    address: str
    table: AppointTable


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A section of Insight and its address; ``figures`` are None while rows are not at hand."""

    name: str
    title: str | Promise
    address: str
    figures: Figures | None


@dataclass(frozen=True, kw_only=True)
class Board:
    """What the wallboard shows where rows are at hand."""

    result: Result
    tiles: Sequence[Choice]
    to_act_on: Sequence[Calls]
    charts: Charts | None
    panels: Sequence[Panel]
    clock: Clock
    stale: Stale | None
    behind: str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Why the wallboard shows nothing, and what comes next."""

    title: str | Promise
    advice: str | Promise


@dataclass(frozen=True, kw_only=True)
class WallboardContext(Context):
    """The wallboard: ``board``, or the ``notice`` in its place.

    ``own`` is the end of its address that asks for no rows. ``every`` is the seconds up to the next
    refresh, ``every_words`` the usual interval in words. ``seconds`` is the age of the rows and
    ``limit`` from which age on they count as old, None where there is no age. ``patterns`` are the
    words in which the script tells spans of time, ``limits`` say what the person may see, and
    ``unknown`` are the parameters of the address that were ignored.
    """

    template = "appoints/wallboard.html"
    fragment = "appoints/_wallboard.html"

    zone: ZoneInfo
    now: datetime
    patterns: Mapping[str, str]
    every: int
    every_words: str | Promise
    address: str
    own: str
    limits: str
    unknown: Sequence[str]
    as_of: datetime
    seconds: int | None = None
    limit: int | None = None
    connection: Connection | None = None
    chips: Sequence[Chip] = ()
    notice: Notice | None = None
    board: Board | None = None
