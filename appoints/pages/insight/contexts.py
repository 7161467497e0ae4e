"""What the templates of Insight show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from appoints.connections.failures import Failure
from appoints.display.clock import Clock
from appoints.display.html import NOTHING
from appoints.display.insight.ahead import CollisionFigures, OutsideFigures
from appoints.display.insight.lanes import LaneFigures
from appoints.display.insight.load import LoadFigures
from appoints.display.insight.punctuality import PunctualityFigures
from appoints.display.insight.reach import ReachFigures
from appoints.display.insight.silence import SilenceFigures
from appoints.pages.contexts import ListContext, Stale
from appoints.results.result import Result

Figures = (
    PunctualityFigures
    | ReachFigures
    | SilenceFigures
    | LaneFigures
    | LoadFigures
    | CollisionFigures
    | OutsideFigures
)


@dataclass(frozen=True, kw_only=True)
class SectionPart:
    """A section: its ``figures``, or why there are none yet or at all.

    ``address`` is its own page and ``file`` its file, empty for who may take none. ``result`` is of
    the rows at hand, None while nothing is asked yet: the page then asks once the section is seen.
    ``rows`` is how many there are. ``left_out`` are the filters in force that do not count here;
    ``too_many`` says that not all rows can be had. ``behind`` are the days that lack calls which
    moved there. ``poll`` is the seconds after which the page asks again, 0 for never.
    """

    name: str
    title: str | Promise
    about: str | Promise
    address: str
    file: str
    left_out: str = ""
    figures: Figures | None = None
    result: Result | None = None
    rows: SafeString = NOTHING
    failure: Failure | None = None
    too_many: bool = False
    stale: Stale | None = None
    behind: str = ""
    clock: Clock | None = None
    poll: int = 0

    @property
    def is_new(self) -> bool:
        """Whether nothing was asked yet."""
        return self.result is None and self.failure is None and not self.too_many


@dataclass(frozen=True, kw_only=True)
class InsightContext(ListContext):
    """Insight: the filters of the list, then sections; ``answer`` only where no row is at hand.

    ``one`` is the section that the page is of, None where it is of all. ``index`` and ``report``
    are the addresses of all sections, one after the other as they are seen, and all at once.
    ``repeats`` asks the list for numbers that are promised more than once, in the range or in the
    next seven days, and ``wall`` the wallboard for what it can show of these sections. ``today`` is
    the day of the report, in words. ``working`` leads to
    delays in working hours, and back; empty where no hours are set, and
    ``is_working`` says that they are told so. ``reload`` is the seconds after which a page without
    scripts asks again, 0 for never.
    """

    template = "appoints/insight/page.html"
    fragment = "appoints/insight/_sections.html"

    sections: Sequence[SectionPart] = ()
    one: SectionPart | None = None
    index: str = ""
    report: str = ""
    repeats: str = ""
    wall: str = ""
    today: str = ""
    working: str = ""
    is_working: bool = False
    is_report: bool = False
    reload: int = 0
