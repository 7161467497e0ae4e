"""When to call again: at which hours and on which weekdays calls reach somebody."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appoints.display.insight.reach import CauseGroup, ReachFigures, reach_figures
from appoints.insight.reach import COLUMNS, ReachLine, reach_lines
from appoints.isales import codes
from appoints.labels import word
from appoints.pages.insight.section import Section
from appoints.query.query import Query
from appoints.results.result import Result

USUAL = ("customer",)  # of the customer's side, which the hour decides


class ReachRates(Section):
    """The share of reached calls among these and the failed ones of some causes.

    The list's filters by cause and cause group say of which; without, it is the customer's side.
    """

    name = "reach"
    title = _("When to call again")
    about = _("How many calls reached somebody, by the hour and the weekday at which they began.")
    line = ReachLine
    leaves_out = (
        *("states", "late", "punctual", "causes", "cause_groups", "call_hours", "call_weekdays"),
    )
    hides_left_out = ("causes", "cause_groups")

    @property
    def causes(self) -> Query:
        """The question with the causes that are asked about."""
        asked, query = self.asked.query, self.question.query
        groups = asked.cause_groups or (() if asked.causes else USUAL)
        return query.but(cause_groups=groups, causes=asked.causes)

    def lines(self, found: Mapping[str, Result]) -> Sequence[ReachLine]:
        causes = self.causes
        return reach_lines(
            found["rows"].columns(*COLUMNS),
            self.question.zone,
            groups=causes.cause_groups,
            causes=causes.causes,
        )

    @property
    def depends_on(self) -> Hashable:
        return self.causes.cause_groups, self.causes.causes

    def figures(self, lines: Sequence[ReachLine], found: Mapping[str, Result]) -> ReachFigures:
        causes, address = self.causes, reverse("insight:section", args=[self.name])
        groups = [
            CauseGroup(
                text=word(codes.GROUPS, name),
                address=f"{address}?{causes.but(cause_groups=(name,), causes=()).urlencode()}",
                chosen=name in causes.cause_groups,
            )
            for name in codes.GROUPS
        ]
        return reach_figures(lines, self.question.query, causes, groups)
