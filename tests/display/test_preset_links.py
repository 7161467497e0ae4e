"""Presets and days as links."""

from __future__ import annotations

from datetime import date

from appoints.display.preset_links import DayLinks, PresetLinks
from appoints.query.query import Query


def test_a_day_gone_by_takes_the_place_of_a_preset_and_keeps_the_rest() -> None:
    found = DayLinks(Query(preset="today", agents=("101",)), date(2026, 3, 1)).links
    assert found[0] == ("Sat 28 Feb", "from=2026-02-28&to=2026-02-28&agent=101")
    assert [text for text, _ in found][-1] == "Sun 22 Feb"


def test_a_preset_takes_the_place_of_a_day() -> None:
    day = date(2026, 3, 1)
    addresses = {
        name: address
        for name, _, address in PresetLinks(Query(begin=day, end=day, late=True)).links
    }
    assert addresses["yesterday"] == "preset=yesterday&late=1"


def test_what_the_preset_of_overdue_calls_says_is_not_said_twice() -> None:
    both = Query(states=("overdue", "failed"))
    for query, asked in [(Query(states=("overdue",)), ""), (both, "&state=overdue&state=failed")]:
        found = {name: address for name, _, address in PresetLinks(query).links}
        assert found["overdue"] == f"preset=overdue{asked}"
