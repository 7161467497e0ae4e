"""Values that nobody would write: no page grows wide or endless, and the whole stays at hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page

from appoints.isales.secret import Secret
from appoints.isales.simulator import Options, Simulator
from dashboard.operations import demo
from dashboard.operations.commands import manage
from tests.browser.conftest import choose_columns, follow, settle

VALUES = {
    "no spaces": "x" * 300,
    "no spaces, no end": "W" * 5000,
    "words": "long words and short " * 240,
    "lines": "line\n" * 300,
    "marks": "e" + "\u0301\u0323\u0489" * 200,
    "overrides": "\u202e" + "exe.gnp \u2067" * 40,
    "emoji": "👩\u200d🚀🎧" * 90,
    "spaces": " " * 12,
    "nothing to be seen": "\u200b\u2060\u3000",
    "arabic": "متابعة" * 60,
    "markup": "<b>" * 100,
}
TEXTS = (
    *("calledNo", "taskId", "taskName", "taskStatus", "userAccount", "userName"),
    *("callType", "callerNo", "failCode", "result", "busiResult"),
)
# What is asked for, by the parameter; "" is one that has the value's own name.
ASKED = {
    "no spaces": ("q", "agent", "number", "task", "cause", "sort", "tz", ""),
    "overrides": ("agent", "number", ""),
    "spaces": ("task", "q"),
}
# Leads to the last page, which has few rows.
LAST = "per_page=25&page=9"
# The most that a row, a cell or a heading takes, in pixels, by the width of the window; and a row
# of all columns, which is a card of 23 lines on a phone.
TALLEST = {1280: 200, 390: 420}
TALLEST_OF_ALL = {1280: 200, 390: 1100}
LINES = (
    "tbody tr, dt, dd, summary, h1, h2, h3, p, a, button, label, small, .tile, .notice, .chips li, "
    ".timeline li, .others li, .choice-list li"
)
# A menu finds its place by the width in which it opens.
OPEN = """() => { for (const each of document.querySelectorAll("details:not([open])")) {
  each.open = each.dataset.opened = true;
} }"""
CLOSE = """() => { for (const each of document.querySelectorAll("[data-opened]")) {
  delete each.dataset.opened;
  each.open = false;
} }"""
MEASURE = """([tallest, lines]) => {
  const shown = (each) => each.outerHTML.slice(0, 40);
  const height = (each) => Math.round(each.getBoundingClientRect().height);
  const tall = [...document.querySelectorAll(lines)]
    .filter((each) => !each.closest("thead") && height(each) > tallest)
    .map((each) => `${height(each)} px tall: ${shown(each)}`);
  const wide = document.documentElement.scrollWidth - innerWidth;
  const tips = [...document.querySelectorAll("[title]")]
    .filter((each) => [...each.title].length > 900);
  return [
    ...(wide > 0 ? [`${wide} px too wide`] : []),
    ...tall.slice(0, 4),
    ...tips.slice(0, 2).map((each) => `a tooltip of ${each.title.length}: ${shown(each)}`),
    ...([...document.title].length > 500 ? ["a title that is no title"] : []),
  ];
}"""


def rows() -> list[dict[str, Any]]:
    """Return a row of each value in each state that cells tell apart, and some of odd types."""
    now = int(datetime.now(UTC).timestamp() * 1000)
    found: list[dict[str, Any]] = []
    for number, value in enumerate(VALUES.values()):
        texts = dict.fromkeys(TEXTS, value)
        for state, at in enumerate((now - 3_600_000, now + 60_000, now - 7_200_000)):
            row = {**texts, "appointId": f"{number:02d}{state}", "appointTime": at,
                   "createTime": at - 7_200_000, "callFlag": "0"}  # fmt: skip
            if state == 2:
                row |= {"beginTime": at, "endTime": at + 9000, "callFlag": "2"}
            found.append(row)
        odd = dict.fromkeys(("timeout", "beginTime", "endTime", "createTime", value), value)
        found.append({**texts, **odd, "appointId": f"odd{number}", "appointTime": now - 90_000_000})
        found.append({"appointId": f"list{number}", "appointTime": now, "userName": [value]})
    return found


@pytest.fixture(scope="module")
def hostile(stack: demo.Stack, folder: Path) -> Iterator[str]:
    """A connection of the demo whose rows are hostile."""
    env = demo.environment(folder)
    secret = folder / "hostile-secret"
    secret.write_text("SK")
    with Simulator(
        Options(access_key="AK", secret_key=Secret("SK"), data=rows())
    ).running() as simulator:
        where = ["--base-url", simulator.base_url, "--vdn", "1"]
        keys = ["--access-key", "AK", "--secret-key-file", str(secret)]
        manage(env, ["connection", "zz-hostile", *where, *keys])
        yield "connection=zz-hostile"
        with closing(sqlite3.connect(folder / "demo.sqlite3")) as database, database:
            database.execute("UPDATE connections_connection SET active = 0 WHERE slug LIKE 'zz%'")


@pytest.fixture
def page(blank: Page) -> Page:
    """A page that each test leads to its place."""
    return blank


def measure(
    page: Page,
    tallest: Mapping[int, int] = TALLEST,
    *,
    opened: bool = False,
    focused: Sequence[Locator] = (),
) -> list[str]:
    """Return what is too large in a wide window and on a phone, also where the focus is there.

    And with all menus open, where that is asked for.
    """
    found: list[str] = []
    for width, most in tallest.items():
        page.set_viewport_size({"width": width, "height": 900})
        found += page.evaluate(MEASURE, [most, LINES])
        for link in focused:
            link.focus()
            page.keyboard.press("Shift+Tab")
            page.keyboard.press("Tab")
            found += page.evaluate(MEASURE, [most, LINES])
        if opened:
            page.evaluate(OPEN)
            found += page.evaluate(MEASURE, [most, LINES])
            page.evaluate(CLOSE)
    return found


def look(page: Page, address: str, tallest: Mapping[int, int] = TALLEST) -> list[str]:
    """Return what is too large on a page, as it comes and with all menus open."""
    answer = page.goto(address)
    assert answer and answer.status < 500
    settle(page)
    return [f"{address[:60]}: {each}" for each in measure(page, tallest, opened=True)]


def test_no_value_makes_a_page_wide_or_a_line_endless(page: Page, hostile: str) -> None:
    found = look(page, f"/appoints/?{hostile}&per_page=100")
    links = page.locator("tbody td.col-appoint_time a").all()[:30:4]
    found += measure(page, focused=links)
    for value, names in ASKED.items():
        text = quote(VALUES[value])
        for name in names:
            found += look(page, f"/appoints/?{hostile}&{LAST}&{name or text}={text}")
    for filter_ in ("agents", "task", "causes", "call_type"):
        found += look(page, f"/choices/{filter_}/?{hostile}")
    for number, value in enumerate(VALUES.values()):
        id_ = (f"{number:02d}2", f"odd{number}", quote(value[:600], safe=""))[number % 3]
        found += look(page, f"/appoints/{id_}/?{hostile}")
    found += look(page, f"/appoints/list0/?{hostile}")
    found += look(page, f"/wallboard/?{hostile}")
    choose_columns(page, 23)
    found += look(page, f"/appoints/?{hostile}&per_page=25", TALLEST_OF_ALL)
    choose_columns(page, 0)
    assert not found, "\n".join(dict.fromkeys(found))


def test_a_views_name_and_question_make_no_page_wide(page: Page) -> None:
    address = f"preset=today&agent={VALUES['no spaces']}"
    page.goto(f"/views/new/?{address}")
    page.get_by_label("Name").fill("W" * 100)
    found = measure(page)
    follow(page.get_by_role("button", name="Save"))
    found += look(page, f"{page.url.rpartition('/')[0]}/?{page.url.partition('?')[2]}")
    found += look(page, "/views/")
    delete = page.locator(".views a[href*='/delete/']").first.get_attribute("href") or ""
    found += look(page, delete.replace("delete/", ""))
    found += look(page, delete)
    page.get_by_role("button", name="Delete").click()
    assert not found, "\n".join(found)


def test_a_value_of_any_length_is_whole_on_its_calls_page(page: Page, hostile: str) -> None:
    page.goto(f"/appoints/010/?{hostile}")
    assert VALUES["no spaces, no end"] in page.locator(".fields").inner_text()
