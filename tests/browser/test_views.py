"""The view that the team needs each morning, with JavaScript and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashboard import demo


@pytest.fixture(params=["with scripts", "without scripts"])
def visitor(request: pytest.FixtureRequest, stack: demo.Stack, chromium: Browser) -> Iterator[Page]:
    """A supervisor's page, who leaves no view behind."""
    with chromium.new_context(
        base_url=stack.address,
        locale="en-GB",
        java_script_enabled=request.param == "with scripts",
        bypass_csp=True,  # for axe
    ) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Username").fill(demo.USER)
        page.locator("input[name=password]").fill(demo.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/appoints/**")
        yield page
        page.goto("/views/")
        while (first := page.get_by_role("link", name=": delete")).count():
            first.first.click()
            page.get_by_role("button", name="Delete").click()


def test_a_view_for_each_morning(visitor: Page) -> None:
    visitor.goto("/appoints/?preset=today&state=overdue")
    visitor.get_by_role("columnheader", name="Agent").get_by_role("link").click()
    visitor.get_by_text("Views", exact=True).click()
    visitor.get_by_role("link", name="Save this view…").click()

    # A name is wanted; the rest has its default.
    visitor.get_by_role("button", name="Save").click()
    expect(visitor.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    visitor.get_by_label("Name").fill("Morning list")
    visitor.get_by_label("everybody").check()
    visitor.get_by_label("My default view").check()
    visitor.get_by_role("button", name="Save").click()

    # It opens each morning, says so, and its dates are still relative.
    visitor.goto("/")
    expect(visitor).to_have_url(re.compile(r"preset=today&state=overdue&sort=agent_name&view="))
    bar = visitor.locator(".view-bar")
    expect(bar).to_contain_text("Your default view: Morning list")

    visitor.locator(".tile-failed").click()
    expect(bar).to_contain_text("(changed)")
    bar.get_by_role("button", name="Save").click()
    expect(bar).not_to_contain_text("(changed)")
    expect(visitor).to_have_url(re.compile(r"state=overdue&state=failed&sort=agent_name&view="))

    bar.get_by_role("link", name="Leave it").click()
    expect(visitor).to_have_url(re.compile(r"/appoints/\?preset=today$"))
    expect(bar).to_have_count(0)


@pytest.mark.parametrize("visitor", ["with scripts"], indirect=True)
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_everybody_can_use_views(
    visitor: Page, width: int, scheme: Literal["dark", "light"]
) -> None:
    visitor.emulate_media(color_scheme=scheme)
    visitor.set_viewport_size({"width": width, "height": 900})
    visitor.goto("/views/new/?preset=today")
    visitor.get_by_role("button", name="Save").click()
    assert violations(visitor) == []
    visitor.get_by_label("Name").fill("A view whose name is longer than a phone is wide, by far")
    visitor.get_by_role("button", name="Save").click()
    visitor.get_by_text("Views", exact=True).click()
    assert violations(visitor) == []
    visitor.get_by_role("link", name="All views").click()
    assert violations(visitor) == []


def violations(page: Page) -> list[object]:
    """Return what axe finds, and whether the page is wider than its window."""
    found: list[object] = [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the window")
    return found
