"""What templates need for texts of any length: ``tip`` and ``visible``."""

from __future__ import annotations

from django import template

from appoints.display import texts

register = template.Library()


@register.filter
def tip(text: object, longest: int = texts.LONGEST_TIP) -> str:
    """Return a text for a tooltip or a title: its beginning, if it is long."""
    return texts.tip(str(text), longest)


@register.filter
def visible(text: object) -> str:
    """Return a text as it is; in quotes where no character of it can be seen."""
    return texts.visible(str(text))
