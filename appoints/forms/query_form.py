"""The form of a question: its fields on the page, and what no field can check alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.choices import CallableChoiceIterator
from django.utils.translation import gettext_lazy as _

from appoints.forms.rendering import AT_ONCE
from appoints.query.filters import PARAMETERS
from appoints.query.lists import written
from appoints.query.models import AgentList
from appoints.query.parameters import OfClock
from appoints.query.time_range import moment

UNKNOWN_LIST = "unknown_list"  # code of the error
# The menu "More filters", which is open while something is wrong in it.
MORE_FILTERS = [each for each in PARAMETERS.values() if each.in_more_filters]
OF_CLOCK = [each for each in PARAMETERS.values() if isinstance(each, OfClock)]
REPEATABLE = {each.name for each in PARAMETERS.values() if each.is_repeatable}
BY_NUMBER = ("called_no", "-called_no")  # ways to sort


class QueryForm(forms.Form):
    """Checks what no field can check alone."""

    default_renderer = AT_ONCE
    blank: ClassVar[Mapping[str, Any]]  # what fields are of which an address says nothing
    zone: ZoneInfo  # in which times without an offset are meant, unless the form names another
    masked = False  # numbers are, for the person who asks

    @property
    def wrong_in_more_filters(self) -> bool:
        """Whether something is wrong with a field under "More filters"."""
        return any(field.errors for field in (*self.more_fields, *self.more_boxes))

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """The fields under "More filters" that are a line each."""
        return [self[each.name] for each in MORE_FILTERS if each.kind != "choices"]

    @property
    def more_boxes(self) -> list[forms.BoundField]:
        """The fields under "More filters" that are a group of boxes each."""
        return [self[each.name] for each in MORE_FILTERS if each.kind == "choices"]

    @property
    def wrong_in_range(self) -> bool:
        """Whether something is wrong with the range."""
        return not self.errors.keys().isdisjoint(("preset", "from", "to"))

    @property
    def of_clock(self) -> list[forms.BoundField]:
        """The hidden fields that keep hours and weekdays, which links ask for."""
        return [self[each.name] for each in OF_CLOCK]

    @property
    def wrong_menus(self) -> set[str]:
        """The menus, by the names of their filters, whose box has something wrong."""
        boxes = {"agents": ("agent", "agent_list"), "task": ("task",)}
        return {name for name, fields in boxes.items() if any(self[each].errors for each in fields)}

    def offer(self, agents: Iterable[str]) -> None:
        """Leave these agents out of the box for agents: they are offered one by one."""
        self.fields["agent"].widget.offered = frozenset(agents)

    def mask_numbers(self) -> None:
        """Refuse to sort by numbers, whose order would tell their digits, and do not offer it."""
        self.masked = True
        sort = self.fields["sort"] = deepcopy(self.fields["sort"])
        select = cast(forms.Select, sort.widget)
        every = select.choices
        # A function, for the menu is mostly drawn already.
        select.choices = CallableChoiceIterator(
            lambda: [each for each in every if each[0] not in BY_NUMBER]
        )

    def _clean_fields(self) -> None:
        """Clean what is given; of the other fields each is what it always is."""
        every, self.fields = (
            self.fields,
            {name: each for name, each in self.fields.items() if name in self.data},
        )
        try:
            super()._clean_fields()  # type: ignore[misc]  # stubs lack it
        finally:
            self.fields = every
        rest = {name: value for name, value in self.blank.items() if name not in self.data}
        self.cleaned_data = rest | self.cleaned_data

    def clean(self) -> None:
        self._refuse_repeated()
        self._know_list()
        if self.masked and self.cleaned_data.get("sort") in BY_NUMBER:
            self.add_error(
                "sort", _("Numbers are masked for you, so rows cannot be sorted by them.")
            )
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
            words = _("There is no such list of agents.")
            code = "other_agents" if agents else UNKNOWN_LIST
            self.add_error("agent", ValidationError(words, code=code))

    def _refuse_repeated(self) -> None:
        for name in (self.fields.keys() & self.data.keys()) - REPEATABLE:
            if len(set(cast(QueryDict, self.data).getlist(name))) > 1:
                self.add_error(name, _("This is given more than once, with different values."))
