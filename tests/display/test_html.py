"""HTML built in Python: no text becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import appoints
from appoints.display.html import NOTHING, html, joined

TEXTS = st.text(st.sampled_from("<>&\"'=/%s{}a \u202e"))


class Reader(HTMLParser):
    """What a browser reads: the tags with their attributes, and the text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(title=TEXTS, text=TEXTS)
def test_a_part_is_only_ever_text(title: str, text: str) -> None:
    read = Reader(html('<b title="%s">%s</b>', title, joined([text, html("<i>%s</i>", text)])))
    assert read.tags == [("b", {"title": title}), ("i", {})]
    assert read.text == text * 2


def test_html_from_here_is_not_escaped_again() -> None:
    assert html("<p>%s%s</p>", html("<b>%s</b>", "&"), NOTHING) == "<p><b>&amp;</b></p>"


def test_nothing_else_declares_text_to_be_html() -> None:
    modules = Path(appoints.__file__).parent.rglob("*.py")
    assert [each.name for each in modules if "mark_safe" in each.read_text()] == []
