"""Every section of Insight, in the order of the page."""

from __future__ import annotations

from collections.abc import Mapping

from appoints.pages.insight.kept_promises import KeptPromises
from appoints.pages.insight.section import Section

SECTIONS: Mapping[str, type[Section]] = {each.name: each for each in (KeptPromises,)}
