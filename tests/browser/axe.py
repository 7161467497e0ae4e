"""Axe, before a page that is open in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe().axe_script + Path(__file__).with_name("look.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
DESK, PHONE = 1280, 390  # pixels


def look(page: Page, *, colours: bool) -> list[str]:
    """Return what is wrong with a page of a desk's width, which is changed on the way.

    What differs between widths is the room and the size of targets, and between light and dark the
    colours. What axe has looked at on an earlier page of the same tab it passes over.
    """
    page.evaluate(AXE)
    found = too_wide(page, DESK)
    resize(page, PHONE)
    found += too_wide(page, PHONE)
    page.evaluate("look.thinOut()")
    found += find(page, f"{PHONE}", ["target-size"])
    resize(page, DESK)
    found += find(page, f"{DESK}", ["target-size"])
    page.evaluate("look.open()")
    found += find(page, f"{DESK}", ["target-size"])
    resize(page, PHONE)
    found += find(page, f"{PHONE}", ["target-size"])
    resize(page, DESK)
    found += find(page, "light", RULES, ["target-size", *([] if colours else COLOURS)])
    if colours:
        page.emulate_media(color_scheme="dark")
        found += find(page, "dark", COLOURS)
        page.emulate_media(color_scheme="light")
    return found


def find(page: Page, way: str, rules: Sequence[str], without: Sequence[str] = ()) -> list[str]:
    """Return what axe finds, by tags or names of rules, where it has not looked in this way."""
    found: list[str] = page.evaluate(
        "([way, rules, without]) => look.find(way, rules, without)", [way, rules, without]
    )
    return found


def too_wide(page: Page, width: int) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [f"wider than {width} pixels"] if wide else []


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
