"""Every parameter of an address, declared once, in the order in which addresses list them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Annotated, get_type_hints

from django.utils.translation import gettext_lazy as _

from appoints.labels import (
    HOURS,
    PRESET_WORDS,
    PUNCTUALITY_WORDS,
    REPEAT_CHOICES,
    WEEKDAYS,
    told,
)
from appoints.query.parameters import Filter, OfClock, Parameter
from appoints.query.time_range import Bound

PER_PAGE = (25, 50, 100, 200)
MOST_AGENTS = 300
MOST_PAGES = 10**15  # what Polars can count rows up to, divided by those of a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What an address asks for: a field for each parameter.

    ``begin`` and ``end`` are kept as written; they and ``preset`` exclude each other. ``sort`` is a
    column name, ``-`` first for descending; ``zone`` an IANA name, empty for the viewer's own.
    ``agent_list`` is the slug under which ``agents`` are stored, where they are too many for an
    address. ``outside`` is True, and in a question that is asked the working hours, if there are
    any. ``without`` names the filters whose value rows may lack: such rows are shown beside those
    of the values chosen. ``view`` is the saved view of the question: it changes no row.
    """

    connection: Annotated[
        str, Parameter(name="connection", label=_("Connection"), kind="connection")
    ] = ""
    preset: Annotated[
        str,
        Parameter(
            name="preset", label=_("When"), kind="choice", choices=PRESET_WORDS, is_hidden=True
        ),
    ] = ""
    begin: Annotated[Bound | None, Parameter(name="from", label=_("From"), kind="time")] = None
    end: Annotated[Bound | None, Parameter(name="to", label=_("To"), kind="time")] = None
    agents: Annotated[
        tuple[str, ...],
        Filter(
            name="agent",
            label=_("Accounts or IDs, also a pasted column"),
            kind="words",
            column="agent",
            needs_whole=False,
            in_more_filters=False,
            most=MOST_AGENTS,
            one_list=True,
            chip=_("agent %s"),
            without=_("without an agent"),
            menu=_("Agents"),
        ),
    ] = ()
    agent_list: Annotated[
        str,
        Parameter(name="agent_list", label=_("List of agents"), kind="word", is_hidden=True),
    ] = ""
    number: Annotated[
        str,
        Filter(
            name="number",
            label=_("Number"),
            kind="number",
            column="called_no",
            needs_whole=False,
            in_more_filters=False,
            chip=_("number %s"),
            without=_("without anybody to call"),
        ),
    ] = ""
    task: Annotated[
        str,
        Filter(
            name="task",
            label=_("ID or name"),
            kind="word",
            column="task_id",
            needs_whole=False,
            in_more_filters=False,
            chip=_("task %s"),
            without=_("without a task"),
            menu=_("Task"),
        ),
    ] = ""
    states: Annotated[
        tuple[str, ...],
        Filter(name="state", label=_("State"), kind="choices", column="state", menu=_("State")),
    ] = ()
    late: Annotated[
        bool,
        Filter(
            name="late",
            label=_("Late"),
            kind="flag",
            column="late",
            choices={"1": _("Only late calls")},
            chip=_("late"),
        ),
    ] = False
    untimed: Annotated[
        bool,
        Filter(
            name="untimed",
            label=_("Reserved time"),
            kind="flag",
            choices={"1": _("Only calls without one")},
            chip=_("without a reserved time"),
        ),
    ] = False
    outside: Annotated[
        Hashable,
        OfClock(
            name="outside",
            label=_("Working hours"),
            kind="flag",
            choices={"1": _("reserved outside working hours")},
            chip=_("reserved outside working hours"),
        ),
    ] = False
    call_type: Annotated[
        str,
        Filter(
            name="call_type",
            label=_("Type"),
            kind="choice",
            column="call_type",
            without=_("without a type"),
            menu=_("Type"),
            menu_weight=3,
        ),
    ] = ""
    causes: Annotated[
        tuple[str, ...],
        Filter(
            name="cause",
            label=_("Failure causes"),
            kind="words",
            column="fail_code",
            chip=_("cause %s"),
            without=_("without a fail code"),
            menu=_("Cause"),
            menu_weight=2,
        ),
    ] = ()
    cause_groups: Annotated[
        tuple[str, ...],
        Filter(
            name="cause_group",
            label=_("Cause groups"),
            kind="choices",
            column="fail_group",
            without=_("without a cause group"),
            menu=_("Who must act"),
            menu_weight=1,
        ),
    ] = ()
    repeats: Annotated[
        tuple[str, ...],
        Filter(
            name="repeat",
            label=_("Repeats of a number"),
            kind="choices",
            column="repeat",
            choices=REPEAT_CHOICES,
            without=_("no repeat"),
            menu=_("Repeats"),
            menu_weight=4,
        ),
    ] = ()
    punctual: Annotated[
        tuple[str, ...],
        Filter(name="punctual", label=_("Punctuality"), kind="choices", choices=PUNCTUALITY_WORDS),
    ] = ()
    hours: Annotated[
        tuple[str, ...],
        OfClock(name="hour", label=_("Hour"), choices=told(_("reserved {}"), HOURS)),
    ] = ()
    weekdays: Annotated[
        tuple[str, ...],
        OfClock(name="weekday", label=_("Weekday"), choices=told(_("reserved on {}"), WEEKDAYS)),
    ] = ()
    call_hours: Annotated[
        tuple[str, ...],
        OfClock(name="call_hour", label=_("Hour of the call"), choices=told(_("called {}"), HOURS)),
    ] = ()
    call_weekdays: Annotated[
        tuple[str, ...],
        OfClock(
            name="call_weekday",
            label=_("Weekday of the call"),
            choices=told(_("called on {}"), WEEKDAYS),
        ),
    ] = ()
    without: Annotated[
        tuple[str, ...],
        Parameter(
            name="without",
            label=_("What is missing"),
            kind="choices",
            needs_whole=True,
            in_more_filters=True,
        ),
    ] = ()
    text: Annotated[
        str,
        Filter(
            name="q", label=_("Search"), kind="text", in_more_filters=False, chip=_("with “%s”")
        ),
    ] = ""
    sort: Annotated[
        str,
        Parameter(
            name="sort", label=_("Sort"), kind="choice", needs_whole=True, in_more_filters=True
        ),
    ] = ""
    page: Annotated[int, Parameter(name="page", label=_("Page"), kind="count", most=MOST_PAGES)] = 1
    per_page: Annotated[
        int,
        Parameter(
            name="per_page",
            label=_("Rows per page"),
            kind="choice",
            choices={str(size): str(size) for size in PER_PAGE},
            in_more_filters=True,
        ),
    ] = 50
    zone: Annotated[
        str,
        Parameter(name="tz", label=_("Time zone"), kind="zone", most=64, in_more_filters=True),
    ] = ""
    view: Annotated[str, Parameter(name="view", label=_("View"), kind="word", is_hidden=True)] = ""


# By the name of the question's field.
PARAMETERS: Mapping[str, Parameter] = {
    name: hint.__metadata__[0]
    for name, hint in get_type_hints(Parameters, include_extras=True).items()
}
FILTERS: Mapping[str, Filter] = {
    name: each for name, each in PARAMETERS.items() if isinstance(each, Filter)
}
NAMES: Mapping[str, str] = {name: each.name for name, each in PARAMETERS.items()}
