"""What can be asked, as the fields of a form, and the question of a valid one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from appoints.connections.models import Connection
from appoints.forms.choices import ConnectionField, OneField, SeveralField
from appoints.forms.fields import (
    BoundField,
    BoundInput,
    ManyOf,
    OneOf,
    WordField,
    WordsField,
    WordsInput,
    ZoneField,
)
from appoints.forms.numbers import NumberField, NumberInput
from appoints.forms.query_form import REPEATABLE, UNKNOWN_LIST, QueryForm
from appoints.query.columns import COLUMNS, Words
from appoints.query.filters import FILTERS, NAMES, PARAMETERS
from appoints.query.parameters import Filter, Kind, Parameter
from appoints.query.query import BLANK, Query
from dashboard.accounts.forms import forget_typed
from dashboard.accounts.zone_names import zone_called

BAD_REQUEST, NOT_FOUND = 400, 404
# Fields stand in menus beside the form too, and name it by its ID.
FORM = {"form": "filter-form"}
Choices = Callable[[], list[tuple[str, Words]]]
# Fields that each form changes for the person who asks.
CHANGED = {"connection", "from", "to", "agent"}
# Filters whose value a row may lack.
LACKED = [each for each in FILTERS.values() if each.without]


def _orders() -> dict[str, str | Promise]:
    """Return each way to sort, by its word in addresses, in words."""
    orders: dict[str, str | Promise] = {}
    for name, column in COLUMNS.items():
        orders[name] = column.label
        orders[f"-{name}"] = format_lazy("{} ↓", column.label)
    return orders


_ORDERS = list(_orders().items())


def _choice(parameter: Parameter, **given: Any) -> django_filters.Filter:
    given = {"widget": OneOf, "empty_label": "—", "choices": _choices_of(parameter), **given}
    return _with(OneField, django_filters.ChoiceFilter(**given))


def _choices(parameter: Parameter, **given: Any) -> django_filters.Filter:
    given = {"widget": ManyOf, "choices": _choices_of(parameter), **given}
    return _with(SeveralField, django_filters.MultipleChoiceFilter(**given))


def _choices_of(parameter: Parameter) -> Choices:
    words = parameter.words if isinstance(parameter, Filter) else parameter.choices
    return lambda: list(words.items())


def _connection(parameter: Parameter, **given: Any) -> django_filters.Filter:
    # Each form has those that its person may see.
    given = {"queryset": Connection.objects.none(), "to_field_name": "slug", **given}
    return _with(ConnectionField, django_filters.ModelChoiceFilter(**given))


def _of(field: type[forms.Field], bound: str = "") -> Callable[..., django_filters.Filter]:
    """Return what makes a filter of a field, whose argument ``bound`` is the parameter's most."""

    def made(parameter: Parameter, **given: Any) -> django_filters.Filter:
        bounds = {bound: parameter.most} if bound else {}
        return _with(field, django_filters.Filter(**bounds, **given))

    return made


def _with(field: type[forms.Field], made: django_filters.Filter) -> django_filters.Filter:
    """Return a filter with a field of ours."""
    made.field_class = field
    return made


KINDS: Mapping[Kind, Callable[..., django_filters.Filter]] = {
    "choice": _choice,
    "choices": _choices,
    "connection": _connection,
    "count": _of(forms.IntegerField, "max_value"),
    "flag": _choice,
    "number": _of(NumberField),
    "text": _of(forms.CharField, "max_length"),
    "time": _of(BoundField),
    "word": _of(WordField),
    "words": _of(WordsField, "most"),
    "zone": _of(ZoneField, "max_length"),
}
# What only one field has, by the name of the question's field.
OWN: Mapping[str, Mapping[str, Any]] = {
    "begin": {"widget": BoundInput(FORM)},
    "end": {"widget": BoundInput(FORM)},
    "agents": {"widget": WordsInput({**FORM, "rows": 3})},
    "number": {"widget": NumberInput({"inputmode": "tel"})},
    "task": {"widget": forms.TextInput({**FORM, "list": "tasks"})},
    "without": {"choices": lambda: [(each.name, each.without) for each in LACKED]},
    "sort": {"choices": lambda: _ORDERS, "empty_label": _("reserved time")},
    "page": {"min_value": 1},
}


def _field_of(name: str, parameter: Parameter) -> django_filters.Filter:
    kept = forms.MultipleHiddenInput if parameter.is_repeatable else forms.HiddenInput
    hidden = {"widget": kept} if parameter.is_hidden else {}
    given = {"label": parameter.label, **hidden, **OWN.get(name, {})}
    return KINDS[parameter.kind](parameter, **given)


def _filled_in(data: QueryDict) -> QueryDict:
    """Return the data without empty values of what may be repeated, as ``state=`` of a portal."""
    filled = data.copy()
    for name in REPEATABLE & data.keys():
        filled.setlist(name, [value for value in data.getlist(name) if value])
    return filled


def _typed(value: Any, default: Any) -> Any:
    """Return a value of a form in the type of the question's field."""
    return value if default is None else type(default)(value)


def _blank(fields: Mapping[str, forms.Field]) -> dict[str, Any]:
    """Return what each field is of an address that says nothing of it."""
    nothing = QueryDict()
    return {
        name: each.clean(each.widget.value_from_datadict(nothing, {}, name))
        for name, each in fields.items()
    }


def _shown_in(name: str | None, zone: ZoneInfo) -> ZoneInfo:
    """Return the zone of a view's times: the one that it names, if there is one of this name."""
    try:
        return zone_called(name) if name else zone
    except ValueError:
        return zone


class SharedFields(dict[str, forms.Field]):
    """The fields of a form, of which a request has copies of those alone that it changes.

    To copy all of them took a quarter of a refresh.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return {
            name: deepcopy(each, memo) if name in CHANGED else each for name, each in self.items()
        }


class AppointFilter(django_filters.FilterSet):
    """Every filter of the list, the files and the detail page.

    Its fields are named like the address's parameters, and made of what ``query.filters`` declares.
    ``queryset`` is the connections that the person may see; nothing is filtered in the database.
    """

    class Meta:
        model = Connection
        fields: list[str] = []
        form = QueryForm

    def __init__(self, data: QueryDict, connections: Any, zone: ZoneInfo) -> None:
        # They only make the fields, once for all: else each request would copy all of them.
        self.__dict__["base_filters"] = {}
        super().__init__(_filled_in(data), queryset=connections)
        self.form.fields["connection"].queryset = connections
        self.zone = self.form.zone = zone
        for name in ("from", "to"):
            widget = self.form.fields[name].widget
            widget.zone, widget.end = _shown_in(data.get("tz"), zone), name == "to"

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        return {each.name: _field_of(name, each) for name, each in PARAMETERS.items()}

    def get_form_class(self) -> type[QueryForm]:
        """Return the form."""
        return self._form_class()

    @classmethod
    @cache
    def _form_class(cls) -> type[QueryForm]:
        fields = {name: each.field for name, each in cls.base_filters.items()}
        made: Any = type(f"{cls.__name__}Form", (QueryForm,), fields)
        made.base_fields = SharedFields(made.base_fields)
        made.blank = _blank(made.base_fields)
        forget_typed(made.base_fields)
        return cast(type[QueryForm], made)

    def filter_queryset(self, queryset: Any) -> Any:
        """Refuse: reserved calls are no queryset; ask ``query()``."""
        raise NotImplementedError

    def query(self) -> Query:
        """Return the question of a valid form."""
        cleaned = self.form.cleaned_data
        values = {name: cleaned[param] for name, param in NAMES.items()}
        connection = values["connection"] or next(iter(self.queryset), None)
        given = {
            name: _typed(value, getattr(BLANK, name))
            for name, value in values.items()
            if value not in (None, "", [], ())
        }
        return BLANK.but(**{**given, "connection": connection.slug if connection else ""})

    @property
    def wrong_status(self) -> int:
        """The HTTP status of a form that is wrong: 404 for a connection or list that is not there.

        One that the person may not see answers alike.
        """
        gone = [("connection", "invalid_choice"), ("agent", UNKNOWN_LIST)]
        return NOT_FOUND if any(self.form.has_error(*each) for each in gone) else BAD_REQUEST

    def unknown(self, also: frozenset[str] = frozenset()) -> list[str]:
        """Return the names of parameters that mean nothing here."""
        return sorted(set(self.data) - set(NAMES.values()) - also)
