"""The one declaration of what can be asked: form, validation and Query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from appoints.connections.models import Connection
from appoints.forms.fields import (
    BoundField,
    BoundInput,
    NumberField,
    OneOf,
    WordField,
    WordsField,
    WordsInput,
    ZoneField,
)
from appoints.isales import codes
from appoints.labels import LACKED_WORDS, PRESET_WORDS, STATE_WORDS, in_words
from appoints.query.columns import COLUMNS
from appoints.query.lists import written
from appoints.query.models import AgentList
from appoints.query.query import LACKED, NAMES, PER_PAGE, Query
from appoints.query.time_range import moment
from dashboard.accounts.forms import Unremembered
from dashboard.accounts.zones import zone_called

MOST_AGENTS = 300
MOST_CAUSES = 100
MOST_PAGES = 1_000_000
# Folded away, unless something is wrong with one.
FOLDED = (
    "call_type",
    "late",
    "cause",
    "state",
    "cause_group",
    "without",
    "sort",
    "per_page",
    "tz",
)
# Fields stand in menus beside the form too, and name it by its ID.
FORM = {"form": "filter-form"}
REPEATABLE = {"agent", "state", "cause", "cause_group", "without"}


class QueryForm(Unremembered, forms.Form):
    """Checks what no field can check alone."""

    zone: ZoneInfo  # in which times without an offset are meant, unless the form names another

    @property
    def wrong_in_fold(self) -> bool:
        """Whether something is wrong with a filter that is folded away."""
        return any(self[name].errors for name in FOLDED)

    def offer(self, agents: Iterable[str]) -> None:
        """Leave these agents out of the box for agents: they are offered one by one."""
        self.fields["agent"].widget.offered = frozenset(agents)

    def clean(self) -> None:
        self._refuse_repeated()
        self._know_list()
        cleaned = self.cleaned_data
        begin, end = cleaned.get("from"), cleaned.get("to")
        if cleaned.get("preset") and (begin or end):
            self.add_error("preset", _("Choose a preset or a range, not both."))
        elif begin and end and "tz" in cleaned:
            zone = ZoneInfo(cleaned["tz"]) if cleaned["tz"] else self.zone
            if moment(begin, zone) >= moment(end, zone, end=True):
                self.add_error("to", _("The range must end after it begins."))

    def _know_list(self) -> None:
        """Refuse a list that is not stored, and agents beside it that are not its own."""
        slug = self.cleaned_data.get("agent_list")
        agents = list(map(written, self.cleaned_data.get("agent", ())))
        if slug and slug != AgentList.slug_of(agents):
            self.add_error("agent", _("There is no such list of agents."))

    def _refuse_repeated(self) -> None:
        for name in self.fields.keys() - REPEATABLE:
            if len(set(cast(QueryDict, self.data).getlist(name))) > 1:
                self.add_error(name, _("This is given more than once, with different values."))


def _orders() -> dict[str, str | Promise]:
    """Return each way to sort, by its word in addresses, in words."""
    orders: dict[str, str | Promise] = {}
    for name, column in COLUMNS.items():
        orders[name] = column.label
        orders[f"-{name}"] = format_lazy("{} ↓", column.label)
    return orders


def _choice(
    words: Mapping[str, str | Promise], *, empty_label: str | Promise = "—", **kwargs: Any
) -> django_filters.Filter:
    given = {"widget": OneOf, **kwargs}
    choices = list(words.items())
    return django_filters.ChoiceFilter(choices=choices, empty_label=empty_label, **given)


def _choices(words: Mapping[str, str | Promise], **kwargs: Any) -> django_filters.Filter:
    widget = forms.CheckboxSelectMultiple
    return django_filters.MultipleChoiceFilter(choices=list(words.items()), widget=widget, **kwargs)


def _field(field: type[forms.Field], **kwargs: Any) -> django_filters.Filter:
    made = django_filters.Filter(**kwargs)
    made.field_class = field
    return made


def _filled_in(data: QueryDict) -> QueryDict:
    """Return the data without empty values of what may be repeated, as ``state=`` of a portal."""
    filled = data.copy()
    for name in REPEATABLE & data.keys():
        filled.setlist(name, [value for value in data.getlist(name) if value])
    return filled


def _shown_in(name: str | None, zone: ZoneInfo) -> ZoneInfo:
    """Return the zone of a view's times: the one that it names, if there is one of this name."""
    try:
        return zone_called(name) if name else zone
    except ValueError:
        return zone


class AppointFilter(django_filters.FilterSet):
    """Every filter of the list, the files and the detail page.

    Attributes are named like the fields of Query; the form's fields like the address's parameters.
    ``queryset`` is the connections that the person may see; nothing is filtered in the database.
    """

    person: int | None = None  # the ID of whoever asks

    connection = django_filters.ModelChoiceFilter(
        label=_("Connection"), queryset=lambda request: request, to_field_name="slug"
    )
    preset = _choice(PRESET_WORDS, label=_("When"), widget=forms.HiddenInput)
    begin = _field(BoundField, label=_("From"), widget=BoundInput(FORM))
    end = _field(BoundField, label=_("To"), widget=BoundInput(FORM))
    agents = _field(
        WordsField,
        label=_("Accounts or IDs, also a pasted column"),
        most=MOST_AGENTS,
        widget=WordsInput({**FORM, "rows": 3}),
    )
    agent_list = _field(WordField, label=_("List of agents"), widget=forms.HiddenInput)
    number = _field(NumberField, label=_("Number"), widget=forms.TextInput({"inputmode": "tel"}))
    task = _field(
        WordField, label=_("ID or name"), widget=forms.TextInput({**FORM, "list": "tasks"})
    )
    states = _choices(STATE_WORDS, label=_("State"))
    late = _choice({"1": _("Only late calls")}, label=_("Late"))
    call_type = _choice(in_words(codes.CALL_TYPES), label=_("Type"))
    causes = _field(WordsField, label=_("Failure causes"), most=MOST_CAUSES)
    cause_groups = _choices(in_words(codes.GROUPS), label=_("Cause groups"))
    without = _choices(
        {NAMES[name]: LACKED_WORDS[name] for name in LACKED}, label=_("What is missing")
    )
    text = _field(forms.CharField, label=_("Search"), max_length=100)
    sort = _choice(_orders(), label=_("Sort"), empty_label=_("reserved time"))
    page = _field(forms.IntegerField, label=_("Page"), min_value=1, max_value=MOST_PAGES)
    per_page = _choice({str(size): str(size) for size in PER_PAGE}, label=_("Rows per page"))
    zone = _field(ZoneField, label=_("Time zone"), max_length=64)
    view = _field(WordField, label=_("View"), widget=forms.HiddenInput)

    class Meta:
        model = Connection
        fields: list[str] = []
        form = QueryForm

    def __init__(self, data: QueryDict, connections: Any, zone: ZoneInfo) -> None:
        super().__init__(_filled_in(data), queryset=connections, request=connections)
        self.zone = self.form.zone = zone
        for name in ("from", "to"):
            widget = self.form.fields[name].widget
            widget.zone, widget.end = _shown_in(data.get("tz"), zone), name == "to"

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        # An address may say "from"; a class body in Python may not.
        return {NAMES[name]: each for name, each in super().get_filters().items()}

    def filter_queryset(self, queryset: Any) -> Any:
        """Refuse: reserved calls are no queryset; ask ``query()``."""
        raise NotImplementedError

    def query(self) -> Query:
        """Return the question of a valid form."""
        cleaned = self.form.cleaned_data
        values = {name: cleaned[param] for name, param in NAMES.items()}
        connection = values["connection"] or self.queryset.first()
        given = {name: value for name, value in values.items() if value not in (None, "", [], ())}
        return Query(
            **{
                **given,
                "connection": connection.slug if connection else "",
                "states": tuple(values["states"]),
                "cause_groups": tuple(values["cause_groups"]),
                "without": tuple(values["without"]),
                "late": values["late"] == "1",
                "page": values["page"] or 1,
                "per_page": int(values["per_page"] or Query().per_page),
            }
        )

    def unknown(self, also: frozenset[str] = frozenset()) -> list[str]:
        """Return the names of parameters that mean nothing here."""
        return sorted(set(self.data) - set(NAMES.values()) - also)
