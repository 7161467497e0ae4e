from __future__ import annotations

from typing import Any

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from appoints.forms.fields import Boxes, ManyOf, OneOf

TEXTS = st.text("ab<>&\"' ", max_size=4)
CHOICES = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 3), TEXTS), TEXTS),
    max_size=4,
    unique_by=lambda each: str(each[0] or ""),
)
ATTRS = st.dictionaries(st.sampled_from(["id", "form", "title"]), TEXTS.filter(bool))


def elements(html: str) -> list[Any]:
    """Return each option or box, and the select around it, without blanks between them."""
    found = LexborHTMLParser(html).css("select, option, input")
    return [(each.tag, each.attributes, each.text().strip()) for each in found]


@pytest.mark.parametrize(
    ("ours", "stock"),
    [
        (OneOf, forms.Select),
        (Boxes, forms.RadioSelect),
        (ManyOf, forms.CheckboxSelectMultiple),
    ],
)
@given(CHOICES, ATTRS, st.data())
def test_what_is_drawn_at_once_is_what_templates_draw(
    ours: Any, stock: Any, choices: list[Any], attrs: dict[str, Any], data: st.DataObject
) -> None:
    values = st.sampled_from([value for value, _ in choices]) if choices else st.none()
    several = stock.allow_multiple_selected
    value = data.draw(st.lists(values, max_size=2) if several and choices else values)
    drawn = ours({"form": "filter-form"}, choices).render("a", value, attrs)
    expected = stock({"form": "filter-form"}, choices).render("a", value, attrs)
    assert [each[:2] for each in elements(drawn)] == [each[:2] for each in elements(expected)]
    assert [each[2] for each in elements(drawn) if each[0] == "option"] == [
        each[2] for each in elements(expected) if each[0] == "option"
    ]
