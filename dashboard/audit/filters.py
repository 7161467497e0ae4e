"""The filters of the log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.accounts.forms import Unremembered
from dashboard.audit.models import Event, EventQuerySet
from dashboard.audit.tokens import number_token

LAST_DAY = date(9999, 12, 31)


class EventForm(Unremembered, forms.Form):
    """Checks what no field can check alone."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("since"), cleaned.get("until")
        if first and last and last < first:
            self.add_error("until", _("This day is before the first one."))
        return cleaned


def _day() -> forms.DateInput:
    # Native inputs need ISO dates in every language.
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class EventFilter(django_filters.FilterSet):
    """Events by who, what, which way, when, and by a number, which is compared as its token."""

    who = django_filters.CharFilter("actor", "icontains", label=_("Person"), max_length=150)
    action = django_filters.ChoiceFilter(choices=Event.Action.choices, label=_("Action"))
    way = django_filters.ChoiceFilter(choices=Event.Way.choices, label=_("Way"))
    since = django_filters.DateFilter(method="filter_since", label=_("First day"), widget=_day())
    until = django_filters.DateFilter(method="filter_until", label=_("Last day"), widget=_day())
    number = django_filters.CharFilter(
        method="filter_number",
        label=_("Number"),
        max_length=100,
        help_text=_("Whole number. The log and the address of the page keep only a code of it."),
    )

    class Meta:
        model = Event
        form = EventForm
        fields: list[str] = []

    def filter_since(self, events: EventQuerySet, name: str, day: date) -> EventQuerySet:
        return events.filter(at__gte=_midnight(day))

    def filter_until(self, events: EventQuerySet, name: str, day: date) -> EventQuerySet:
        if day == LAST_DAY:
            return events
        return events.filter(at__lt=_midnight(day + timedelta(days=1)))

    def filter_number(self, events: EventQuerySet, name: str, number: str) -> EventQuerySet:
        return events.filter(numbers__contains=f" {number_token(number)} ")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
