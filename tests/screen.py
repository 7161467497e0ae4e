"""Pages as their readers have them: words, and what a CSS selector finds."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from selectolax.lexbor import LexborHTMLParser, LexborNode


class Screen:
    """A page, or a part of one."""

    def __init__(self, source: HttpResponseBase | str) -> None:
        text = source if isinstance(source, str) else content_of(source)
        self.tree = LexborHTMLParser(text)

    @property
    def text(self) -> str:
        return text_of(self.tree.html or "")

    def all(self, css: str) -> list[LexborNode]:
        return self.tree.css(css)

    def one(self, css: str) -> LexborNode:
        """Return the only element that matches."""
        [found] = self.all(css)
        return found

    def texts(self, css: str) -> list[str]:
        return [words_of(node) for node in self.all(css)]

    def values(self, css: str, attribute: str) -> list[str]:
        """Return an attribute of each element that matches and has it."""
        found = [node.attributes.get(attribute) for node in self.all(css)]
        return [value for value in found if value is not None]

    def links(self, css: str) -> list[str]:
        return self.values(css, "href")


def content_of(response: Any) -> str:
    return response.content.decode()


def words_of(node: LexborNode) -> str:
    """Return what an element says."""
    return " ".join(node.text(separator=" ").split())


def names_of(node: LexborNode) -> list[str]:
    """Return the classes of an element."""
    return (node.attributes.get("class") or "").split()


def text_of(response: HttpResponseBase | str) -> str:
    """Return all that a page says, each run of white space one space."""
    root = Screen(response).tree.root
    assert root
    return f" {words_of(root)} "


def address_of(link: LexborNode) -> str:
    return link.attributes["href"] or ""


def shown_columns(response: HttpResponseBase) -> list[str]:
    """Return the columns of a page's table, in their order."""
    heads = Screen(response).all("th[scope=col][class^=col-]")
    return [names_of(head)[0].removeprefix("col-") for head in heads]


def ids_of(response: HttpResponseBase) -> list[str]:
    """Return the IDs of the reservations to which a page leads, in its order."""
    links = Screen(response).links("a[href^='/appoints/']")
    ids = [link.split("/")[2] for link in links]
    return [id_ for id_ in ids if id_.isdigit()]


def number_of(text: str) -> int:
    return int(text.replace(",", ""))


def total_of(response: HttpResponseBase | str) -> int:
    """Return how many rows a page says that it found, 0 where it says nothing of them."""
    found = Screen(response).texts(".found strong")
    return number_of(found[1]) if found else 0


def form_of(
    page: HttpResponseBase | str, css: str = "#content-main form[method=post]"
) -> dict[str, Any]:
    """Return what a browser sends of a form that nobody has touched yet."""
    found: dict[str, Any] = {}
    for field in Screen(page).one(css).css("[name]"):
        name = field.attributes["name"] or ""
        kind = field.attributes.get("type")
        if field.tag == "select":
            chosen = [each.attributes.get("value") for each in field.css("option[selected]")]
            found[name] = chosen if "multiple" in field.attributes else (chosen or [""])[0]
        elif field.tag == "textarea":
            found[name] = field.text().removeprefix("\n")
        elif kind in ("checkbox", "radio"):
            if "checked" in field.attributes:
                found[name] = field.attributes.get("value") or "on"
        elif kind not in ("submit", "file"):
            found[name] = field.attributes.get("value") or ""
    return found
