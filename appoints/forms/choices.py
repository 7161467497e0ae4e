"""Form fields for one or several of few values, which an error names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django_filters import fields

from appoints.query.parameters import LONGEST

MOST_NAMED = 30  # values in an error; the reference of the API names more


class Named(forms.Field):
    """A field whose error names what was given, and what is possible."""

    choices: Any

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            if error.code != "invalid_choice" or not error.params:
                raise
            values = [str(each) for each, _words in self.choices if str(each)]
            # A column is named once, not again with the minus that turns its order round.
            possible = [each for each in values if each.removeprefix("-") == each]
            words = self.words(str(error.params["value"])[:LONGEST], possible)
            raise ValidationError(words, error.code) from error

    def words(self, given: str, possible: Sequence[str]) -> str:
        """Return the error."""
        wrong, head = _("“%(word)s” is not possible here.") % {"word": given}, _("Possible")
        few = len(possible) <= MOST_NAMED
        return f"{wrong} {head}: {', '.join(possible) if few else reverse('api:reference')}"


class OneField(Named, fields.ChoiceField):
    """One value, or none."""


class SeveralField(Named, fields.MultipleChoiceField):
    """Any of the values."""


class ConnectionField(Named, fields.ModelChoiceField):
    """One of the connections that the person may see; the error names no other."""

    def __deepcopy__(self, memo: dict[int, Any]) -> ConnectionField:
        """Copy the field as if it had no connections: each form sets those of its person."""
        return forms.Field.__deepcopy__(self, memo)

    def words(self, given: str, possible: Sequence[str]) -> str:
        known = ", ".join(possible) or _("none yet")
        words = _("There is no connection %(name)s. Known: %(known)s")
        return words % {"name": given, "known": known}
