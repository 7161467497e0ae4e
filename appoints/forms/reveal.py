"""The form by which a person asks for a masked number in full."""

from __future__ import annotations

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from dashboard.accounts.forms import Unremembered

SHORTEST, LONGEST = 5, 200  # characters of a reason


class RevealForm(Unremembered, forms.Form):
    reason = forms.CharField(
        label=_("Why you need this number"),
        help_text=format_lazy(
            _("At least {count} characters. The log keeps who saw the number, and why."),
            count=SHORTEST,
        ),
        min_length=SHORTEST,
        max_length=LONGEST,
    )
