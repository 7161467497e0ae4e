"""Every section of Insight, in the order of the page."""

from __future__ import annotations

from collections.abc import Mapping

from appoints.pages.insight.ahead import Collisions, LoadAhead, OutsideHours
from appoints.pages.insight.kept_promises import KeptPromises
from appoints.pages.insight.lanes import Lanes
from appoints.pages.insight.no_sign_of_life import NoSignOfLife
from appoints.pages.insight.reach_rates import ReachRates
from appoints.pages.insight.section import Section

SECTIONS: Mapping[str, type[Section]] = {
    each.name: each
    for each in (NoSignOfLife, Collisions, KeptPromises, LoadAhead, ReachRates, OutsideHours, Lanes)
}
