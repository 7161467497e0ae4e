"""What comes over the wire: little, and from here alone."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, StorageState

from dashboard.operations import demo
from tests.browser.conftest import refresh, settle

FIRST_VISIT, REFRESH = 300_000, 40_000  # bytes at the most, as they come over the wire


def counted(page: Page) -> list[float]:
    """Return a list that fills with the size of each answer, headers included."""
    sizes: list[float] = []
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    return sizes


def wait_for(page: Page, sizes: list[float], least: float) -> None:
    """Wait until so many bytes are counted: the browser tells of them after they came."""
    for _ in range(100):
        if sum(sizes) > least:
            break
        page.wait_for_timeout(100)


def test_a_first_visit_and_a_refresh_are_small_and_ask_nobody_else(
    stack: demo.Stack, chromium: Browser, session: StorageState
) -> None:
    with chromium.new_context(base_url=stack.address, storage_state=session) as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
        sizes = counted(page)
        page.goto("/appoints/", wait_until="networkidle")
        settle(page)
        assert page.locator(".appoints tbody tr").count() == 50
        wait_for(page, sizes, 10_000)
        assert 10_000 < sum(sizes) < FIRST_VISIT

        sizes.clear()
        refresh(page)
        wait_for(page, sizes, 1_000)
        page.wait_for_load_state("networkidle")
        for _ in range(50):
            if sum(sizes) > 1_000:  # the browser tells of an answer's end a moment after it
                break
            page.wait_for_timeout(100)
        assert 1_000 < sum(sizes) < REFRESH
        assert set(asked) == {urlsplit(stack.address).netloc}
