"""The forms that set up an alert or a report: what all have, and what each kind has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from appoints.alerts import incidents
from appoints.alerts.models import MOST, Rule
from appoints.forms.keeping import NoRoom, stored
from appoints.isales import hosts
from appoints.isales.errors import HostRefused
from appoints.isales.secret import Secret
from dashboard.accounts.forms import Unremembered
from dashboard.accounts.models import User

if TYPE_CHECKING:  # Django's own classes take type arguments in their stubs only
    ModelForm = forms.ModelForm[Rule]
else:
    ModelForm = forms.ModelForm

TOO_MANY = _("You have %d alerts and reports, as many as one person can keep: delete one first.")
SAME_NAME = _("You have an alert or a report of this name already.")
LONGEST = 24 * 60  # minutes
Choices = Iterable[tuple[str, str]]


class ClockInput(forms.TimeInput):
    """A time of day, as browsers send and take it."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def _clock(label: Any, *, required: bool = False) -> forms.TimeField:
    return forms.TimeField(label=label, required=required, widget=ClockInput)


class RuleForm(Unremembered, ModelForm):
    """``instance`` has its person and kind; ``offered`` are the questions to choose from.

    ``asks`` is one of them, empty for the first, which is the one at hand.
    """

    asks = forms.ChoiceField(label=_("What it looks at"), required=False)
    # What stands in the fields of a new one, besides what the model has.
    usual: ClassVar[Mapping[str, object]] = {}
    # Fields that make it another alert, whose event begins anew.
    decisive: ClassVar[frozenset[str]] = frozenset({"asks", "limit", "least"})

    class Meta:
        model = Rule
        fields: tuple[str, ...] = ("name", "asks", "by_email", "url")
        help_texts = {
            "url": _("An address that a program listens at; it gets signed JSON by POST."),
        }

    def __init__(self, *args: Any, offered: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial |= self.usual
        self.fields["asks"].choices = list(offered)  # type: ignore[attr-defined]
        if not settings.WEBHOOK_HOSTS and not self.instance.url:
            self.fields.pop("url", None)

    def clean_name(self) -> str:
        """Refuse a second one of the same name."""
        name = str(self.cleaned_data["name"])
        others = self.instance.person.rules.exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise ValidationError(SAME_NAME)
        return name

    def clean_url(self) -> str:
        """Refuse an address that may not be called."""
        url = str(self.cleaned_data["url"]).strip()
        if url:
            _check_address(url)
        return url

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if not (cleaned.get("by_email") or cleaned.get("url") or "url" in self.errors):
            self.add_error("by_email", _("Choose at least one way."))

    def stored(self) -> bool:
        """Store the rule of a valid form; otherwise the form knows what is wrong."""
        return stored(self, SAME_NAME)

    def save(self, commit: bool = True) -> Rule:
        """Store the rule; one that looks at something else begins anew."""
        with transaction.atomic():
            if self.instance.pk is None:
                self._make_room()
            elif self.decisive & set(self.changed_data):
                incidents.forget(self.instance)
            if not self.instance.url:
                self.instance.secret = Secret("")
            return super().save(commit)

    def _make_room(self) -> None:
        # The lock lets one form at a time count.
        person = User.objects.select_for_update(no_key=True).get(pk=self.instance.person_id)
        if person.rules.count() >= MOST:
            raise NoRoom(TOO_MANY % MOST)


class AlertForm(RuleForm):
    """What every alert has: quiet hours, and how many it may send a day."""

    quiet_from = _clock(_("Quiet from"))
    quiet_to = _clock(_("Quiet until"))
    most_a_day = forms.IntegerField(
        label=_("At most a day"),
        min_value=1,
        max_value=50,
        help_text=_("So many times a day it tells that something began; its end comes besides."),
    )

    class Meta(RuleForm.Meta):
        fields = (*RuleForm.Meta.fields, "quiet_from", "quiet_to", "most_a_day")

    def clean(self) -> None:
        super().clean()
        begin, end = self.cleaned_data.get("quiet_from"), self.cleaned_data.get("quiet_to")
        if (begin is None) != (end is None) and not self.errors.keys() & {"quiet_from", "quiet_to"}:
            self.add_error("quiet_to", _("Quiet hours need both times, or none."))
        elif begin is not None and begin == end:
            self.add_error("quiet_to", _("Quiet hours must end at another time than they begin."))


class OverdueForm(AlertForm):
    limit = forms.IntegerField(
        label=_("More than so many calls overdue"), min_value=0, max_value=1_000_000
    )

    class Meta(AlertForm.Meta):
        fields = ("name", "asks", "limit", *AlertForm.Meta.fields[2:])


class SilenceForm(AlertForm):
    usual = {"limit": 15, "least": 3}
    limit = forms.IntegerField(
        label=_("No call has begun for so many minutes"), min_value=5, max_value=LONGEST
    )
    least = forms.IntegerField(
        label=_("Though at least so many calls were due in that time"),
        min_value=1,
        max_value=1_000_000,
    )

    class Meta(AlertForm.Meta):
        fields = ("name", "asks", "limit", "least", *AlertForm.Meta.fields[2:])


class ConnectionAlertForm(AlertForm):
    pass


class OldDataForm(AlertForm):
    usual = {"limit": 15}
    limit = forms.IntegerField(
        label=_("Data older than so many minutes"), min_value=5, max_value=LONGEST
    )

    class Meta(AlertForm.Meta):
        fields = ("name", "asks", "limit", *AlertForm.Meta.fields[2:])


class ReportForm(RuleForm):
    weekday = forms.TypedChoiceField(
        label=_("Day"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("every day")), *WEEKDAYS.items()],
    )
    at = _clock(_("At"), required=True)
    decisive = frozenset({"weekday", "at"})

    class Meta(RuleForm.Meta):
        # It goes by e-mail, always.
        fields = ("name", "asks", "weekday", "at", "file")

    def clean(self) -> None:
        """Look for nothing more: there is no other way."""

    def save(self, commit: bool = True) -> Rule:
        """Store the report; at a new time it comes for the first time after now."""
        if self.decisive & set(self.changed_data):
            self.instance.since = timezone.now()
        return super().save(commit)


FORMS: Mapping[str, type[RuleForm]] = {
    Rule.Kind.OVERDUE: OverdueForm,
    Rule.Kind.SILENCE: SilenceForm,
    Rule.Kind.CONNECTION: ConnectionAlertForm,
    Rule.Kind.OLD_DATA: OldDataForm,
    Rule.Kind.REPORT: ReportForm,
}


def _check_address(url: str) -> None:
    if not _is_address(url):
        raise ValidationError(_("This is no address such as https://hooks.example/calls."))
    try:
        hosts.check(settings.WEBHOOK_HOSTS, url, hosts.WEBHOOKS)
    except HostRefused:
        words = _(
            "This host may not be called. An administrator names hosts in WEBHOOK_HOSTS, and those "
            "within the company's network by their addresses too."
        )
        raise ValidationError(words) from None


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    is_right = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    return bool(is_right and port != 0 and url.isprintable() and " " not in url)
