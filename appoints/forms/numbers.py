"""The number of a question as the person may have it: in full, or as a token."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from appoints.access.number_token import is_token, open_token, seal, shown
from appoints.forms.fields import WordField
from appoints.query.filters import NAMES
from appoints.query.lists import as_line, line

NUMBER = NAMES["number"]
KEPT = "number_token"  # of a form: the token of the masked number that the field shows


class NumberInput(forms.TextInput):
    """Shows the masked number of a token, and sends the token along."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        if open_token(value or "") is None:
            return super().render(name, value, attrs, renderer)
        field = super().render(name, shown(value), attrs, renderer)
        return format_html('{}<input type="hidden" name="{}" value="{}">', field, KEPT, value)


class NumberField(WordField):
    """A telephone number, as written, or the token of one."""

    read = staticmethod(line)

    def to_python(self, value: str | None) -> str:
        found = super().to_python(value)
        # An address reads a plus that was not encoded as a space: the number may have either.
        return f" {found}" if (value or "").startswith(" ") and found[:1].isdecimal() else found

    def run_validators(self, value: str) -> None:
        if not is_token(value):
            super().run_validators(value)
        elif open_token(value) is None:
            raise ValidationError(_("This link's number cannot be read any more. Type it here."))


def as_allowed(data: QueryDict, *, masked: bool) -> QueryDict:
    """Return the data with each number as a token for those who are ``masked``, else in full."""
    given = data.getlist(NUMBER)
    own = {each: _sealed(each) if masked else _in_full(each) for each in set(given)}
    found = [own[each] for each in given]
    if found == given:
        return data
    changed = data.copy()
    changed.setlist(NUMBER, found)
    return changed


def with_kept(data: QueryDict) -> QueryDict:
    """Return what was sent with the token of a masked number that was left as it stood."""
    if KEPT not in data:
        return data
    changed = data.copy()
    token = changed.pop(KEPT)[-1]
    if changed.get(NUMBER) == shown(token):
        changed[NUMBER] = token
    return changed


def _sealed(text: str) -> str:
    if is_token(text):
        return text
    try:
        number = NumberField(required=False).clean(text)
    except ValidationError:
        return text  # the form says what is wrong with it
    return seal(number) if number else text


def _in_full(text: str) -> str:
    number = open_token(text)
    return text if number is None else as_line(number)
