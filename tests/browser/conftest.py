"""Debian's Chromium before what ``make demo`` starts.

Fixtures last for this package, not the session: while Playwright runs, Django takes its thread
for an asynchronous one and refuses the database to every other test.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from dashboard import demo
from dashboard.servers import free_port

# A build machine has no sandbox to offer, and nothing here may look for the internet.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep this package on one worker, for one demo and one browser."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[demo.Stack]:
    """The demo on a free port, in a folder of its own, with 600 reservations."""
    with demo.running(tmp_path_factory.mktemp("demo"), free_port(), rows=600) as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def session(stack: demo.Stack, chromium: Browser) -> StorageState:
    """A supervisor's cookies: one sign-in for all pages that do not test it."""
    with chromium.new_context(base_url=stack.address) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Username").fill(demo.USER)
        page.locator("input[name=password]").fill(demo.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/appoints/**")
        return context.storage_state()


@pytest.fixture
def stranger(stack: demo.Stack, chromium: Browser) -> Iterator[Page]:
    """A page before sign-in; addresses are relative to the dashboard."""
    with chromium.new_context(base_url=stack.address, locale="en-GB") as context:
        yield context.new_page()


@pytest.fixture
def page(stranger: Page) -> Page:
    """A page that the supervisor has signed in to, at the list of today."""
    stranger.goto("/")
    stranger.get_by_label("Username").fill(demo.USER)
    stranger.locator("input[name=password]").fill(demo.PASSWORD)
    stranger.get_by_role("button", name="Sign in").click()
    stranger.wait_for_url("**/appoints/**")
    return stranger
