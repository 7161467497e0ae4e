"""The view that the team needs each morning, with JavaScript and without."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect


@pytest.fixture(params=["blank", "plain"], ids=["with scripts", "without scripts"])
def visitor(request: pytest.FixtureRequest) -> Iterator[Page]:
    """A supervisor's page, who leaves no view behind."""
    page: Page = request.getfixturevalue(request.param)
    yield page
    page.goto("/views/")
    while (first := page.get_by_role("link", name=": delete")).count():
        delete(first.first)


def delete(link: Locator) -> None:
    """Delete a view. The page is back then: closed on its way, it may hang."""
    link.click()
    link.page.get_by_role("button", name="Delete").click()
    expect(link.page).to_have_url(re.compile("/views/$"))
    link.page.wait_for_load_state()


def test_a_view_for_each_morning(visitor: Page) -> None:
    visitor.goto("/appoints/?preset=last-7d&state=overdue")
    visitor.get_by_role("columnheader", name="Agent").get_by_role("link").click()
    visitor.get_by_text("Views", exact=True).click()
    visitor.get_by_role("link", name="Save this view…").click()

    # A name is wanted; the rest has its default.
    expect(visitor.get_by_label("Name")).to_be_focused()
    visitor.get_by_role("button", name="Save").click()
    expect(visitor.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    visitor.get_by_label("Name").fill("Morning list")
    visitor.get_by_label("everybody").check()
    visitor.get_by_label("My default view").check()
    visitor.get_by_role("button", name="Save").click()

    # It opens each morning, says so, and its dates are still relative.
    visitor.goto("/")
    expect(visitor).to_have_url(re.compile(r"preset=last-7d&state=overdue&sort=agent_name&view="))
    bar = visitor.locator(".view-bar")
    expect(bar).to_contain_text("Your default view: Morning list")

    visitor.locator(".tile-failed").click()
    expect(bar).to_contain_text("(changed)")
    bar.get_by_role("button", name="Save").click()
    expect(bar).not_to_contain_text("(changed)")
    expect(visitor).to_have_url(re.compile(r"preset=last-7d&state=failed&sort=agent_name&view="))

    bar.get_by_role("link", name="Leave this view").click()
    expect(visitor).to_have_url(re.compile(r"/appoints/\?preset=today$"))
    expect(bar).to_have_count(0)


def test_a_long_name_breaks_no_page(blank: Page) -> None:
    blank.set_viewport_size({"width": 390, "height": 900})
    blank.goto("/views/new/?preset=today")
    blank.get_by_label("Name").fill("A view whose name is longer than a phone is wide, by far")
    blank.get_by_role("button", name="Save").click()
    blank.get_by_text("Views", exact=True).click()
    expect(blank.locator("html")).to_have_js_property("scrollWidth", 390)
    blank.get_by_role("link", name="All views").click()
    expect(blank.locator("html")).to_have_js_property("scrollWidth", 390)
    delete(blank.get_by_role("link", name=": delete"))
