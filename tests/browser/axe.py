"""Axe, before a page that is open in the browser."""

from __future__ import annotations

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe().axe_script
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
FIND = """async ([runOnly, without]) => {
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
  const rules = Object.fromEntries(without.map((id) => [id, { enabled: false }]));
  const { violations } = await axe.run({ runOnly, rules, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id} (${nodes.length} times): ${nodes[0].html}`);
}"""
# Of rows that are made alike a few are enough, and much quicker; and targets are smallest so.
FEW_AND_DENSE = """() => {
  for (const row of document.querySelectorAll("tbody tr:nth-child(n + 6)")) row.remove();
  document.documentElement.dataset.density = "dense";
}"""
# What opens is open, and in the flow, so that nothing hides behind it.
OPEN = """() => {
  document.documentElement.dataset.density = "";
  for (const each of document.querySelectorAll("details, dialog")) each.open = true;
  for (const each of document.querySelectorAll("details > :not(summary), dialog")) {
    each.style.setProperty("position", "static", "important");
  }
}"""
# One of each kind is enough but for the size of targets, which depends on what stands beside them.
ONE_OF_A_KIND = """() => {
  const kinds = new Map();
  for (const part of document.querySelectorAll("tbody tr, li, option, svg a")) {
    const made = [...part.querySelectorAll("*")].map((each) => each.tagName + each.className);
    const kind = part.outerHTML.split(">")[0].replace(/(id|href|value|title)=".*?"/g, "") + made;
    const seen = kinds.get(part.parentElement) ?? new Set();
    if (seen.has(kind)) part.remove();
    kinds.set(part.parentElement, seen.add(kind));
  }
}"""
DESK, PHONE = 1280, 390  # pixels


def find(page: Page, *rules: str, without: Sequence[str] = ()) -> list[str]:
    """Return what axe finds, by tags or by names of rules."""
    found: list[str] = page.evaluate(FIND, [rules, without])
    return found


def look(page: Page, *, colours: bool) -> list[str]:
    """Return what is wrong with a page, which is changed on the way.

    Axe looks at all that the page is made of once: what differs between widths is the size of
    targets, and between light and dark the colours.
    """
    page.evaluate(AXE)
    page.evaluate(FEW_AND_DENSE)
    found = small_targets(page)
    page.evaluate(OPEN)
    found += small_targets(page)
    page.evaluate(ONE_OF_A_KIND)
    if colours:
        page.emulate_media(color_scheme="dark")
        found += find(page, *COLOURS)
        page.emulate_media(color_scheme="light")
    resize(page, DESK)
    return found + find(page, *RULES, without=["target-size", *([] if colours else COLOURS)])


def small_targets(page: Page) -> list[str]:
    found = []
    for width in (DESK, PHONE):
        resize(page, width)
        found += find(page, "target-size")
    return found


def too_wide(page: Page) -> list[str]:
    found = []
    for width in (PHONE, DESK):
        resize(page, width)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"wider than {width} pixels")
    return found


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
