from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from dashboard.accounts.models import Preferences, Token
from dashboard.accounts.networks import network
from dashboard.accounts.zone_names import zone_called, zone_names

LONGEST_TOKEN, USUAL_TOKEN = 365, 90  # days for which a token is good
MOST_TOKENS = 20  # of a person, those whose time is over too
MOST_NETWORKS = 50
SAME_NAME = _("You have a token of this name already.")


def zone_choices() -> list[tuple[str, Any]]:
    """Return the choices of a time zone: the site's, then every zone grouped by region."""
    regions: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(zone_names()):
        region, _slash, place = name.partition("/")
        label = (place or region).replace("_", " ").replace("/", " – ")
        regions[region if place else gettext("Other")].append((name, label))
    site = gettext("As the site: %(zone)s") % {"zone": zone_called(settings.TIME_ZONE).key}
    return [("", site), *regions.items()]


def language_choices() -> list[tuple[str, Any]]:
    """Return every language by its own name."""
    own = [
        (code, capfirst(get_language_info(code)["name_local"]))
        for code, _name in settings.LANGUAGES
    ]
    return [("", _("As the browser asks for")), *own]


class Unremembered(forms.BaseForm):
    """A form whose controls a browser does not fill in from memory."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        forget_typed(self.fields)


def forget_typed(fields: Mapping[str, forms.Field]) -> None:
    """Let a browser not fill in fields from memory."""
    for each in fields.values():
        each.widget.attrs["autocomplete"] = "off"


class PreferencesForm(Unremembered, forms.ModelForm):  # type: ignore[type-arg]
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Times are shown, and dates are read, in this zone."),
        required=False,
        choices=zone_choices,
        error_messages={"invalid_choice": _("“%(value)s” is not a time zone.")},
    )
    language = forms.ChoiceField(label=_("Language"), required=False, choices=language_choices)

    class Meta:
        model = Preferences
        fields = ["time_zone", "language", "theme", "density"]
        labels = {"theme": _("Colours"), "density": _("Rows")}

    def store(self) -> None:
        """Store valid choices, also where the same person's first ones have come meanwhile."""
        person, choices = self.instance.user, self.cleaned_data
        Preferences.objects.update_or_create(user=person, defaults=choices)


class NetworksField(forms.CharField):
    """Networks of IP addresses, separated by line breaks, spaces or commas."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[str]:
        words = re.split(r"[\s,;]+", super().clean(value))
        found = list(dict.fromkeys(map(_network, filter(None, words))))
        if len(found) > MOST_NETWORKS:
            message = _("At most %(most)s are possible; there are %(count)s.")
            raise ValidationError(message, params={"most": MOST_NETWORKS, "count": len(found)})
        return found


def _network(word: str) -> str:
    try:
        return network(word)
    except ValueError as error:
        message = _("“%(word)s” is no address and no network such as 10.0.0.0/8.")
        raise ValidationError(message, params={"word": word[:50]}) from error


class TokenForm(Unremembered, forms.ModelForm):  # type: ignore[type-arg]
    """A new token; ``instance`` has its person."""

    days = forms.IntegerField(
        label=_("Good for so many days"),
        min_value=1,
        max_value=LONGEST_TOKEN,
        initial=USUAL_TOKEN,
    )
    networks = NetworksField(
        label=_("Only from these addresses"),
        help_text=_("IP addresses or networks such as 10.0.0.0/8; empty for any."),
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    class Meta:
        model = Token
        fields = ["name", "days", "networks"]
        help_texts = {"name": _("What it is for, such as the program that will hold it.")}

    def clean_name(self) -> str:
        """Refuse a second token of the same name."""
        name = str(self.cleaned_data["name"])
        if self.instance.person.tokens.filter(name=name).exists():
            raise ValidationError(SAME_NAME)
        return name

    def clean(self) -> None:
        if self.instance.person.tokens.count() >= MOST_TOKENS:
            words = _("You have %d tokens, as many as one person can keep: revoke one first.")
            raise ValidationError(words % MOST_TOKENS)

    def store(self) -> str:
        """Store the token of a valid form, and return its text; none where its name is taken."""
        try:
            with transaction.atomic():
                return str(self.instance.store(self.cleaned_data["days"]))
        except IntegrityError:  # the same form was sent twice at once
            self.add_error("name", SAME_NAME)
            return ""
