"""``once``: a part of a page that is kept with what it is drawn of; ``lines`` of a menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from django import template
from django.template import Context, Node, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.template.loader_tags import IncludeNode
from django.utils.safestring import SafeString

from appoints.display.filter_menus import FilterMenu

register = template.Library()


class Part(Protocol):
    """A part of a page that knows all that it is drawn of."""

    def drawn(self, draw: Callable[[], str]) -> str: ...


class OnceNode(Node):
    """What the part returns as drawn, or else its template, which it returns the next time."""

    child_nodelists = ("nodelist",)

    def __init__(self, part: FilterExpression, nodelist: NodeList) -> None:
        self.part, self.nodelist = part, nodelist

    def render(self, context: Context) -> SafeString:
        part: Part = self.part.resolve(context)
        return SafeString(part.drawn(lambda: self.nodelist.render(context)))


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    """Draw a template for a part that knows what it is drawn of; it gets this part and no more.

    Otherwise somebody would be shown what the page said to another.
    """
    _name, part = token.split_contents()
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    if not (len(nodelist) == 1 and _is_alone(nodelist[0])):
        message = "once takes one template, which is included with one name only"
        raise template.TemplateSyntaxError(message)
    return OnceNode(parser.compile_filter(part), nodelist)


def _is_alone(node: Node) -> bool:
    return isinstance(node, IncludeNode) and node.isolated_context and len(node.extra_context) == 1


@register.simple_tag
def lines(menu: FilterMenu, place: str) -> SafeString:
    """Return the choices of a menu, which lead to ``place``."""
    return menu.lines(place)
