"""The grants of a team, on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.utils.text import capfirst

from appoints.access.models import Grant
from appoints.forms.fields import NamesField, WordsInput
from dashboard.accounts.models import Team

if TYPE_CHECKING:  # Django's own classes take type arguments in their stubs only
    ModelForm = forms.ModelForm[Grant]
    GrantInlineBase = admin.StackedInline[Grant, Team]
else:
    ModelForm, GrantInlineBase = forms.ModelForm, admin.StackedInline


def names_of(field: str) -> NamesField:
    """Return the box for a list of a grant."""
    of_model: Any = Grant._meta.get_field(field)
    return NamesField(
        required=False,
        label=capfirst(of_model.verbose_name),
        help_text=of_model.help_text,
        widget=WordsInput({"rows": 5, "cols": 36}),
    )


class GrantForm(ModelForm):
    agents = names_of("agents")
    tasks = names_of("tasks")


class GrantInline(GrantInlineBase):
    model = Grant
    form = GrantForm
    fields = ("connection", ("agents", "tasks"))
    extra = 1
