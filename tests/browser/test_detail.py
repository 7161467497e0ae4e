"""One reservation as people use it, in Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import refresh, settle


@pytest.fixture
def page(blank: Page) -> Page:
    """A page that each test leads to its place."""
    return blank


def test_keys_lead_through_the_list_and_the_way_back_to_the_row(page: Page) -> None:
    page.goto("/appoints/?state=failed&per_page=25&sort=called_no&page=2")
    settle(page)
    listed = page.locator("td.col-called_no").all_inner_texts()
    page.locator("td.col-appoint_time a").nth(23).click()
    number, place = page.locator(".verdict .number"), page.locator(".neighbours")
    expect(place).to_contain_text("49 of")
    for key, at, row in (
        ("j", 50, 24),
        ("ArrowLeft", 49, 23),
        ("k", 48, 22),
        ("ArrowRight", 49, 23),
    ):
        settle(page)  # keys are heard once the page has its scripts
        page.keyboard.press(key)
        expect(place).to_contain_text(f"{at} of")
        expect(number).to_have_text(listed[row].strip())

    for at in (50, 51):
        settle(page)
        page.keyboard.press("j")
        expect(place).to_contain_text(f"{at} of")
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator(".found")).to_contain_text("51–")
    expect(page.locator("td.col-appoint_time a:target")).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_way_back_leads_to_the_row_and_a_refresh_leaves_it(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    # Smooth scrolling to the row goes on for a second after the page has come.
    page.emulate_media(reduced_motion="reduce")
    page.goto("/appoints/")
    settle(page)
    row = page.locator("td.col-appoint_time a").nth(30)
    address = row.get_attribute("href")
    row.click()
    page.get_by_role("link", name="Back to the list").click()
    back = page.locator("td.col-appoint_time a:target")
    expect(back).to_have_attribute("href", address or "")
    expect(back).to_be_in_viewport()

    settle(page)
    page.evaluate("scrollTo(0, 0)")
    refresh(page)
    assert page.evaluate("scrollY") == 0
