"""What comes out of the printer: every column, on every paper, and nothing over its edge."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from dashboard.operations import demo
from tests.browser.conftest import choose_columns, follow, opened, settle

WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="[-\d.]+" xMax="([-\d.]+)"[^>]*>([^<]*)</word>')
CODE = re.compile(r"(?<!\d)\d{5,6}(?!\d)")  # accounts, IDs and codes that no line breaks
LIST = "/appoints/?preset=last-7d&per_page=25"


class Sheets(NamedTuple):
    """A printed page: its width in points, its words, and those that lie over its edge."""

    width: float
    words: list[str]
    cut: list[str]


@pytest.fixture(scope="module")
def papers(
    stack: demo.Stack, chromium: Browser, session: StorageState
) -> Iterator[dict[str, Page]]:
    """A page for each language, whose style a test may add to."""
    with (
        opened(chromium, stack, session, bypass_csp=True) as english,
        opened(chromium, stack, session, bypass_csp=True, locale="ar") as arabic,
    ):
        yield {"en-GB": english.pages[0], "ar": arabic.pages[0]}


@pytest.fixture
def paper(papers: dict[str, Page], request: pytest.FixtureRequest) -> Page:
    return papers[getattr(request, "param", "en-GB")]


@pytest.fixture(autouse=True, scope="module")
def _own_columns_at_the_end(office: BrowserContext) -> Iterator[None]:
    yield
    page = office.new_page()
    choose_columns(page, 0)
    page.close()


def printed(page: Page, folder: Path, size: str, *, portrait: bool = False) -> Sheets:
    """Print a page; ``portrait`` against its own will, as a browser may that knows no @page."""
    if portrait:
        page.add_style_tag(content="@page { size: portrait; }")
    path = folder / "page.pdf"
    page.pdf(path=path, format=size, landscape=not portrait, print_background=True)
    done = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True)
    text = done.stdout.decode()
    width = float(re.search(r'<page width="([\d.]+)"', text)[1])
    words = WORD.findall(text)
    over = [word for left, right, word in words if float(left) < 20 or float(right) > width - 20]
    return Sheets(width, [word for _, _, word in words], over)


def codes(text: str) -> Counter[str]:
    """Count the codes of a text; beside Arabic, pdftotext gives them from behind."""
    return Counter(min(each, each[::-1]) for each in CODE.findall(text))


@pytest.mark.parametrize(
    ("columns", "size", "paper"),
    [
        (7, "Letter", "ar"),
        (10, "A4", "ar"),
        (12, "Letter", "en-GB"),
        (23, "A4", "en-GB"),
        (23, "Letter", "ar"),
    ],
    indirect=["paper"],
)
def test_every_column_is_on_paper(paper: Page, tmp_path: Path, columns: int, size: str) -> None:
    choose_columns(paper, columns)
    paper.goto(LIST)
    settle(paper)
    cells = paper.locator("table.appoints tbody").inner_text()
    heads = " ".join(paper.locator("table.appoints th").all_inner_texts()).split()
    for portrait in (False, True):
        sheets = printed(paper, tmp_path, size, portrait=portrait)
        assert (sheets.width < 620) == portrait
        assert not sheets.cut
        words = " ".join(sheets.words)
        assert not codes(cells) - codes(words)
        # Letters that join are printed as other characters.
        assert not [each for each in heads if each.isascii() and each not in words]


def test_a_calls_page_and_the_wallboard_are_whole_on_paper(paper: Page, tmp_path: Path) -> None:
    paper.goto(LIST)
    settle(paper)
    follow(paper.locator("tbody .col-appoint_time a").first)
    assert not printed(paper, tmp_path, "A4", portrait=True).cut
    paper.goto("/wallboard/?preset=last-7d")
    paper.locator(".wall-overdue tbody tr").first.wait_for()
    calls = paper.locator(".wall-overdue tbody tr").count()
    sheets = printed(paper, tmp_path, "A4")
    assert not sheets.cut
    assert sheets.words.count("overdue") >= calls
