"""A page of another origin shows the list in a frame, as the README tells, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from dashboard.operations import demo
from dashboard.operations.servers import Children, end, free_port, wait_for
from tests.browser.stacks import SETTINGS

# Two portals of this machine, one of another site than the dashboard and one of the same.
PORTAL, NEAR_PORTAL = "http://localhost:8099", "http://127.0.0.1:8099"
README = (Path(settings.BASE_DIR) / "README.md").read_text()
SNIPPET = re.search(r"<iframe[^>]*>\s*</iframe>", README)
BLOCKED = "chrome-error://chromewebdata/"
ROWS = "table.appoints tbody tr"
# A cookie as of a site that wants it in every frame.
ANOTHER: Any = {
    "name": "another",
    "value": "1",
    "sameSite": "None",
    "secure": True,
    "url": "https://127.0.0.1/",
}


def show(page: Page, html: str, portal: str = PORTAL) -> FrameLocator:
    """Show a portal's page with this part, and return its first frame."""
    body = f"<!doctype html><title>Portal</title>{html}"
    page.unroute_all()
    page.route(f"{portal}/", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{portal}/")
    return page.frame_locator("iframe").first


def snippet(stack: demo.Stack) -> str:
    """The README's frame, of this dashboard."""
    assert SNIPPET
    return SNIPPET[0].replace("https://calls.example", stack.address)


def frames(*addresses: str) -> str:
    return "".join(f'<iframe src="{each}"></iframe>' for each in addresses)


def urls(page: Page) -> list[str]:
    return [each.url for each in page.frames[1:]]


@pytest.fixture
def window(stack: demo.Stack, chromium: Browser) -> Iterator[BrowserContext]:
    with chromium.new_context(base_url=stack.address, locale="en-GB") as context:
        yield context


def test_a_portal_shows_the_list_to_who_signs_in(stack: demo.Stack, window: BrowserContext) -> None:
    window.add_cookies([ANOTHER])
    page = window.new_page()
    frame = show(page, snippet(stack))
    expect(frame.get_by_role("heading")).to_have_text("This frame is not signed in")
    # This browser blocks a cookie of the usual kind.
    assert page.frames[1].evaluate("document.cookie") == ""

    # The first time a person has to sign in, and the browser forgets the frame on that way.
    with window.expect_page() as tab:
        frame.get_by_role("button", name="Show here").click()
    tab.value.get_by_label("Username").fill(demo.USER)
    tab.value.locator("input[name=password]").fill(demo.PASSWORD)
    tab.value.get_by_role("button", name="Sign in").click()
    expect(tab.value.get_by_role("heading", name="You are signed in")).to_be_visible()

    frame.get_by_role("button", name="Show here").click()
    expect(frame.locator(ROWS).first).to_be_visible()
    cookies = {each["name"]: each for each in window.cookies()}
    assert cookies["frame_session"]["partitionKey"] == "http://localhost"
    assert (cookies["sessionid"]["sameSite"], cookies["csrftoken"]["sameSite"]) == ("Lax", "Lax")
    with window.expect_page() as detail:
        frame.locator(f"{ROWS} .col-appoint_time a").first.click()
    expect(detail.value).to_have_url(re.compile(rf"^{stack.address}/appoints/.+/"))


def test_a_portal_of_the_same_site_shows_the_list_at_once(stack: demo.Stack, apart: Page) -> None:
    expect(show(apart, snippet(stack), NEAR_PORTAL).locator(ROWS).first).to_be_visible()


def test_a_browser_that_keeps_no_cookie_for_a_frame_says_so(stack: demo.Stack, apart: Page) -> None:
    frame = show(apart, snippet(stack))
    apart.route("**/embed/begin/", lambda route: route.fulfill(status=204))
    frame.get_by_role("button", name="Show here").click()
    expect(frame.get_by_role("alert")).to_contain_text("keeps no sign-in for a frame")

    with apart.context.expect_page() as tab:
        frame.get_by_role("link", name="Open in a tab").click()
    expect(tab.value).to_have_url(f"{stack.address}/appoints/?preset=today")


@pytest.fixture
def without_portals(stack: demo.Stack, folder: Path) -> Iterator[str]:
    """The address of the same dashboard after FRAME_ANCESTORS is taken away."""
    port, children = free_port(), Children()
    env = {**demo.environment(folder), **SETTINGS, "FRAME_ANCESTORS": ""}
    try:
        children["dashboard"] = demo.start_dashboard(port, env)
        wait_for(port, "/readyz", children)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(children)


def test_a_portal_can_frame_nothing_else_and_no_other_site_anything(
    stack: demo.Stack, without_portals: str, window: BrowserContext
) -> None:
    page = window.new_page()
    others = ["/", "/appoints/", "/wallboard/", "/accounts/login/", "/embed/allow/", "/embed/no/"]
    show(page, frames(*(stack.address + each for each in others)))
    assert urls(page) == [BLOCKED] * len(others)

    embed = f"{stack.address}/embed/"
    show(page, frames(embed))
    assert urls(page) == [embed]
    show(page, frames(embed), "http://other.localhost")
    assert urls(page) == [BLOCKED]
    show(page, frames(f"{without_portals}/embed/"))
    assert urls(page) == [BLOCKED]
