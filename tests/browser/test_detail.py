"""One reservation as people use it, in Chromium."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashboard import demo


def test_keys_lead_through_the_list_and_the_way_back_to_the_row(page: Page) -> None:
    page.goto("/appoints/?state=failed&per_page=25&sort=called_no&page=2")
    listed = page.locator("td.col-called_no").all_inner_texts()
    page.locator("td.col-appoint_time a").nth(23).click()
    number, place = page.locator(".verdict .number"), page.locator(".beside")
    expect(place).to_contain_text("49 of")
    for key, at, row in (
        ("j", 50, 24),
        ("ArrowLeft", 49, 23),
        ("k", 48, 22),
        ("ArrowRight", 49, 23),
    ):
        page.keyboard.press(key)
        expect(place).to_contain_text(f"{at} of")
        expect(number).to_have_text(listed[row].strip())

    page.keyboard.press("j")
    expect(place).to_contain_text("50 of")
    page.keyboard.press("j")
    expect(place).to_contain_text("51 of")
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator(".found")).to_contain_text("51–")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_everybody_can_read_it(
    stack: demo.Stack, chromium: Browser, page: Page, width: int, scheme: str
) -> None:
    # axe is put into the page by a script of its own, which the page's policy would refuse.
    with chromium.new_context(
        base_url=stack.address,
        storage_state=page.context.storage_state(),
        bypass_csp=True,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    ) as context:
        look(context.new_page(), width)


def look(page: Page, width: int) -> None:
    for state in ("overdue", "failed"):
        page.goto(f"/appoints/?state={state}")
        page.goto(page.locator("td.col-appoint_time a").first.get_attribute("href") or "")
        found = [each["id"] for each in Axe().run(page).response["violations"]]
        assert found == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
