"""Axe, before a page that is open in the browser."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

LOOK = Path(__file__).with_name("look.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
DESK, PHONE = 1280, 390  # pixels


def bring(context: BrowserContext) -> None:
    """Let each page of a window begin with axe, which is half a megabyte to send.

    The window is one that goes by no page's policy, which would refuse the script.
    """
    context.add_init_script(Axe().axe_script)


def look(page: Page, *, whole: bool = True) -> list[str]:
    """Return what is wrong with a page of a desk's width, which is changed on the way.

    What differs between widths and directions is the room and the size of targets, and between
    light and dark the colours; the rest is looked at where that is ``whole``. What axe has looked
    at on an earlier page of the same tab it passes over.
    """
    found: list[str] = page.evaluate(f"{LOOK}\nlook.tooWide()")
    resize(page, PHONE)
    found += page.evaluate("look.onPhone()")
    resize(page, DESK)
    found += page.evaluate("look.layout()")
    if whole:
        found += page.evaluate(f"look.find('light', {RULES}, ['target-size'])")
        page.emulate_media(color_scheme="dark")
        found += page.evaluate(f"look.find('dark', {COLOURS})")
        page.emulate_media(color_scheme="light")
    return found


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
