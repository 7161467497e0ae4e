"""The table of reserved calls, over the records of one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import django_tables2 as tables
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2.data import TableData

from appoints.display.cells import Cells, Record, View
from appoints.display.formats import patterns
from appoints.query.query import DEFAULT_SORT, Query

# As the site has it: what most look at, in the order in which a call is read.
COLUMNS = (
    "state",
    "appoint_time",
    "called_no",
    "agent_name",
    "task_name",
    "call_type",
    "call_begin",
    "fail_code",
    "call_status",
    "business_result",
)
ALWAYS = "appoint_time"  # it leads to the reservation's page


class Header(NamedTuple):
    """A column's head: ``sorted_by`` is aria-sort's word, ``address`` the question sorted anew."""

    name: str
    text: str
    sorted_by: str | None
    address: str | None


class Offered(NamedTuple):
    """A column that a person may choose; ``is_fixed`` where it cannot be left out."""

    name: str
    text: str
    is_shown: bool
    is_fixed: bool


class PageData(TableData):
    """The records of a page, sorted and cut where all rows are at hand: never again here."""

    def __len__(self) -> int:
        return len(self.data)

    def order_by(self, aliases: object) -> None:
        """Leave the order as it is."""


class AppointTable(Cells, tables.Table):
    """One page of reserved calls. Columns are named like those that an address may sort by."""

    state = tables.Column(verbose_name=_("State"))
    appoint_time = tables.Column(verbose_name=_("Reserved for"))
    called_no = tables.Column(verbose_name=_("Number"))
    agent_name = tables.Column(verbose_name=_("Agent"))
    task_name = tables.Column(verbose_name=_("Task"))
    call_type = tables.Column(verbose_name=_("Type"))
    call_begin = tables.Column(verbose_name=pgettext_lazy("column", "Call"))
    fail_code = tables.Column(verbose_name=_("Outcome"))
    call_status = tables.Column(verbose_name=_("Call status"))
    business_result = tables.Column(verbose_name=_("Business result"))
    appoint_id = tables.Column(verbose_name=_("Reservation ID"))
    agent = tables.Column(verbose_name=_("Agent account"))
    task_id = tables.Column(verbose_name=_("Task ID"))
    task_status = tables.Column(verbose_name=_("Task status"))
    create_time = tables.Column(verbose_name=_("Booked"))
    expired = tables.Column(verbose_name=_("Expired"))
    late = tables.Column(verbose_name=_("Late"))
    delay = tables.Column(verbose_name=_("Delay"))
    call_end = tables.Column(verbose_name=_("Call ended"))
    talk_time = tables.Column(verbose_name=pgettext_lazy("duration", "Talk time"))
    fail_group = tables.Column(verbose_name=_("Who must act"))
    result = tables.Column(verbose_name=_("Result"))
    caller_no = tables.Column(verbose_name=_("Number shown to the customer"))

    class Meta:
        template_name = "appoints/_table.html"
        orderable = False

    def __init__(
        self,
        records: Sequence[Record],
        view: View,
        query: Query | None,
        columns: Sequence[str] = COLUMNS,
    ) -> None:
        """Show records; ``query`` is the question to sort anew, None where nothing can be.

        ``columns`` are the names of those to show, as ``known`` returns them.
        """
        others = self.base_columns.keys() - set(columns)
        super().__init__(PageData(records), sequence=columns, exclude=others)
        self.view = view
        self.query = query

    @property
    def is_wide(self) -> bool:
        """Tell whether there are more columns than a screen of 1280 px holds."""
        return len(self.columns) > len(COLUMNS)

    @property
    def span_patterns(self) -> dict[str, str]:
        """Return the words in which scripts say how far off a time is, by name."""
        return patterns()

    def headers(self) -> list[Header]:
        """Return the head of each column, with where a click on it leads."""
        return [self._header(column.name, column.header) for column in self.columns]

    def _header(self, name: str, text: str) -> Header:
        if self.query is None:
            return Header(name, text, None, None)
        sorted_by = {name: "ascending", f"-{name}": "descending"}.get(
            self.query.sort or DEFAULT_SORT
        )
        sort = f"-{name}" if sorted_by == "ascending" else name
        return Header(name, text, sorted_by, self.query.but(sort=sort).urlencode())

    def lines(self) -> list[SafeString]:
        """Return each row as HTML.

        django-tables2's own way looks up a signature a cell and hides what a cell fails with.
        """
        cells = [
            (name, getattr(self, f"render_{name}"), f'<td class="col-{name}" data-label="{label}">')
            for name, label in ((column.name, escape(column.header)) for column in self.columns)
        ]
        return [
            mark_safe(  # noqa: S308 escaped
                f'<tr class="row-{record["state"]}">'
                + "".join(f"{tag}{show(record[name], record)}</td>" for name, show, tag in cells)
                + "</tr>"
            )
            for record in self.data.data
        ]


def known(names: object) -> list[str]:
    """Return the columns among any names, each once, with the one that must not be missing.

    Of no names at all it returns the site's own.
    """
    given = names if isinstance(names, list | tuple) else []
    found = [name for name in dict.fromkeys(map(str, given)) if name in AppointTable.base_columns]
    if not found:
        return list(COLUMNS)
    return found if ALWAYS in found else [ALWAYS, *found]


def offered(columns: Sequence[str]) -> list[Offered]:
    """Return every column to choose from: first those of ``columns``, in their order."""
    every = AppointTable.base_columns
    others = [name for name in every if name not in columns]
    return [
        Offered(name, every[name].verbose_name, name in columns, name == ALWAYS)
        for name in (*columns, *others)
    ]
