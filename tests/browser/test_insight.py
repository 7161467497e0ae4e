"""Insight in a browser: sections come as they are seen, without scripts too, and fit on paper."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.browser.conftest import settle


def test_sections_come_once_they_are_seen(blank: Page) -> None:
    blank.goto("/insight/")
    expect(blank.locator("#silence .insight-foot").last).to_be_visible()
    lanes = blank.locator("#lanes")
    expect(lanes.locator("svg")).to_have_count(0)
    lanes.scroll_into_view_if_needed()
    expect(lanes.locator(".lane svg a").first).to_be_visible()


def test_a_mark_is_reached_by_keyboard_and_leads_to_its_call(blank: Page) -> None:
    blank.goto("/insight/lanes/")
    mark = blank.locator("#lanes .lane svg a").first
    name = mark.get_attribute("aria-label") or ""
    assert re.search(r"\d\d:\d\d", name)
    mark.focus()
    blank.keyboard.press("Enter")
    blank.wait_for_url(re.compile(r"/appoints/[^?]+/\?"))
    expect(blank.locator("h1")).to_be_visible()


def test_what_opens_the_table_of_marks_is_as_tall_as_a_target_has_to_be(blank: Page) -> None:
    blank.goto("/insight/lanes/")
    box = blank.locator("#lanes details > summary").bounding_box()
    assert box and box["height"] >= 24  # a mark of any hour may be right above it


def test_the_demo_has_working_hours(blank: Page) -> None:
    blank.goto("/insight/outside-hours/")
    expect(blank.locator("#outside-hours td a").first).to_be_visible()
    expect(blank.get_by_role("link", name="Delays in working hours")).to_be_visible()


def test_on_a_phone_a_caption_is_whole(blank: Page) -> None:
    blank.set_viewport_size({"width": 390, "height": 844})
    blank.goto(f"/insight/silence/?{urlencode({'tz': zone_with_noon()})}")
    box = blank.locator("#silence caption").bounding_box()
    assert box and box["x"] + box["width"] <= 390


def zone_with_noon() -> str:
    """A zone whose day began long before the demo did, which then had calls that were overdue."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+}"  # what is behind UTC has a plus


def test_without_scripts_each_section_is_a_link(plain: Page) -> None:
    plain.goto("/appoints/?preset=last-7d")
    settle(plain)
    plain.goto("/insight/")
    plain.locator("#punctuality .insight-waits a").click()
    expect(plain.locator("#punctuality .insight-table").first).to_be_visible(timeout=30_000)


def test_the_report_is_one_sheet_of_paper(blank: Page, tmp_path: Path) -> None:
    blank.goto("/insight/report/")
    expect(blank.locator(".insight-report .insight-foot").last).to_be_visible()
    for _ in range(30):
        if not blank.locator(".insight-waits").count():
            break
        blank.wait_for_timeout(500)
        blank.reload()
    path = tmp_path / "report.pdf"
    blank.pdf(path=path, format="A4", print_background=True, prefer_css_page_size=True)
    done = subprocess.run(["pdfinfo", path], capture_output=True, check=True)
    assert re.search(r"Pages: +1$", done.stdout.decode(), re.MULTILINE)
