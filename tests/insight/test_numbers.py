"""Each number of each section is within a link, whose list shows just as many rows."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from appoints.access.models import Grant
from appoints.pages.insight.sections import SECTIONS
from dashboard.accounts.models import Team
from tests.insight.centre import HOURS, RANGE, ROWS, centre, opened
from tests.screen import Screen, number_of, words_of

pytestmark = pytest.mark.usefixtures("noon")

NUMBER = re.compile(r"(?<![\d,])[1-9][\d,]*")
# Links, which the next test follows; what names rows or says when; and marks, which are links.
WORDS = "a, header, thead, th, title, .lanes svg, .insight-marks, .insight-groups, .insight-days"
# Days, times, lengths of time, and shares of what stands beside them.
MEASURES = (
    r"\d{4}-\d\d-\d\d|[A-Z][a-z]{2} \d+ [A-Z][a-z]{2}|\d\d:\d\d(:\d\d)?|\(\+0000\)"
    r"|\d+ (d|h|min|s)\b|\d+ %"
)
# Numbers of what is no call, by the section that has them.
NO_CALLS = {
    "silence": r"\d+ agents? ha",
    "punctuality": r"calls began within \d+ min|fewer than 20 calls",
    "load": r"\d+ hours? ha(s|ve) more than usual|usually [\d.]+ \(\d+ such hours?\)",
    "collisions": r"reached calls where there are 20",
    # No filter asks for calls of these states without a begin.
    "reach": r"fewer than 30 calls|Not counted: begin not known \d+",
}
# What is usual is a median, and "Hours" counts hours.
CELLS = {"load": "small, .insight-tables td:nth-child(3), .insight-tables td:nth-child(6)"}


@pytest.fixture
def team(db: None) -> None:
    """A centre with a team of some agents."""
    made = centre(ROWS, **HOURS)
    north = Team.objects.create(slug="north", name="North")
    Grant.objects.create(team=north, connection=made, agents=["agent1"])


@pytest.mark.parametrize("section", SECTIONS)
def test_no_number_of_calls_is_without_a_link(team: None, browser: Client, section: str) -> None:
    page = Screen(browser.get(f"/insight/{section}/?{RANGE}"))
    part = page.one(f"#{section}")
    for node in part.css(f"{WORDS}, {CELLS.get(section, 'a')}"):
        node.decompose()
    told = re.sub(f"{MEASURES}|{NO_CALLS.get(section, '$')}", "", words_of(part))
    assert not NUMBER.findall(told), told


@pytest.mark.parametrize(
    ("section", "links"),
    [
        *(("punctuality", 20), ("reach", 3), ("silence", 4), ("lanes", 3)),
        *(("load", 9), ("collisions", 3), ("outside-hours", 3)),
    ],
)
def test_every_number_opens_the_rows_that_it_counts(
    team: None, browser: Client, section: str, links: int
) -> None:
    page = Screen(browser.get(f"/insight/{section}/?{RANGE}"))
    found = [each for each in page.all(f"#{section} a") if NUMBER.fullmatch(words_of(each))]
    assert len(found) >= links
    for link in found:
        address = link.attributes["href"] or ""
        assert (address, opened(browser, address)) == (address, number_of(words_of(link)))


def test_the_best_hours_open_the_calls_that_they_reached(team: None, browser: Client) -> None:
    page = Screen(browser.get(f"/insight/reach/?{RANGE}"))
    best = page.all("#reach .insight-sum b a")
    assert best
    for link in best:
        reached = re.search(r"\((\d+) of \d+\)", words_of(link))
        assert reached and opened(browser, link.attributes["href"] or "") == int(reached[1])
