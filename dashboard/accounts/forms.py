from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from dashboard.accounts.models import Preferences
from dashboard.accounts.zone_names import zone_called, zone_names


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
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"


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
