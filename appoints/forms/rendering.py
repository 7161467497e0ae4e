"""Inputs drawn at once, just as Django's templates draw them, of which each takes three."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


class AtOnce(DjangoTemplates):
    """Django's own renderer, but for inputs."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"]
    shown = "" if value is None else f' value="{conditional_escape(str(value))}"'
    start = f'<input type="{widget["type"]}" name="{conditional_escape(widget["name"])}"'
    return SafeString(f"{start}{shown}{_attributes(widget)}>")


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    start = f'<textarea name="{conditional_escape(widget["name"])}"{_attributes(widget)}>'
    return SafeString(f"{start}\n{conditional_escape(widget['value'] or '')}</textarea>")


def _several(widget: Mapping[str, Any]) -> SafeString:
    return SafeString("".join(_input(each) for each in widget["subwidgets"]))


def _attributes(widget: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


DRAWN: Mapping[str, Callable[[Mapping[str, Any]], SafeString]] = {
    "django/forms/widgets/datetime.html": _input,
    "django/forms/widgets/hidden.html": _input,
    "django/forms/widgets/multiple_hidden.html": _several,
    "django/forms/widgets/number.html": _input,
    "django/forms/widgets/text.html": _input,
    "django/forms/widgets/textarea.html": _textarea,
}
AT_ONCE = AtOnce()
