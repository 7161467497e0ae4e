"""Inputs drawn at once are what Django's templates draw."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from appoints.forms.rendering import AT_ONCE

WIDGETS = [
    forms.DateTimeInput(), forms.HiddenInput(), forms.MultipleHiddenInput(), forms.NumberInput(),
    forms.Textarea(), forms.TextInput(),
]  # fmt: skip
ODD = """<b title='x'> & "quotes" """


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", [None, "", "plain", ODD])
@pytest.mark.parametrize(
    "attrs",
    [
        {},
        {"id": "id_x", "required": True, "disabled": False, "aria-label": ODD, "rows": 3},
    ],
)
def test_an_input_is_what_django_draws(widget: Any, value: Any, attrs: dict[str, Any]) -> None:
    shown = [value, value] if isinstance(widget, forms.MultipleHiddenInput) and value else value
    drawn = [
        widget.render("name", shown, attrs, renderer) for renderer in (AT_ONCE, DjangoTemplates())
    ]
    assert drawn[0].split() == drawn[1].split()
