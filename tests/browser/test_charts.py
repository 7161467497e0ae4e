"""The pictures above the list as people use them, in Chromium."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle


@pytest.fixture
def page(blank: Page) -> Page:
    """A page that each test leads to its place."""
    return blank


@pytest.mark.parametrize("name", ["causes", "agents"])
def test_bars_narrow_and_their_tables_say_the_same(page: Page, name: str) -> None:
    page.goto("/appoints/")
    settle(page)
    card = page.locator(f".ranking-{name}")
    bar = card.locator("ol a").first
    text, numbers = bar.locator("bdi").inner_text(), bar.locator("b").all_text_contents()
    rows = [each.split()[-1] for each in numbers]
    card.get_by_text("As a table").click()
    line = card.get_by_role("row").filter(has=page.get_by_role("link", name=text, exact=True))
    expect(line.get_by_role("cell")).to_have_text(rows)
    card.get_by_text("As a table").click()
    bar.click()
    expect(page.locator(".found strong").last).to_have_text(str(sum(map(int, rows))))


def test_a_bar_of_time_narrows_from_the_keyboard(page: Page) -> None:
    page.goto("/appoints/")
    settle(page)
    card = page.locator(".histogram")
    bar = card.locator("svg a").nth(3)
    said = bar.get_attribute("aria-label") or ""
    reserved = re.search(r": ([\d,]+) reserved", said)
    assert reserved
    card.get_by_text("As a table").click()
    line = card.get_by_role("row", name=said.split(":")[0])
    expect(line.get_by_role("cell").first).to_have_text(reserved[1])
    bar.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".found strong").last).to_have_text(reserved[1])


@pytest.mark.parametrize("width", [390, 1280])
def test_pictures_leave_the_first_screen_to_the_calls(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/appoints/?preset=last-7d")
    settle(page)
    box = page.locator(".charts").bounding_box()
    assert box and box["height"] < 180
    assert page.evaluate("document.documentElement.scrollWidth") <= width
