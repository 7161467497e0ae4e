"""The table of reserved calls, over the records of one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import django_tables2 as tables
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django_tables2.data import TableData

from appoints.display.cell_kinds import Record
from appoints.display.cells import CellOptions, Cells
from appoints.display.formats import patterns
from appoints.display.heads import Heads
from appoints.display.html import Keep, html, joined, size_of
from appoints.query.columns import COLUMNS, TABLE_COLUMNS
from appoints.query.query import Query

# The columns of whoever chose none: what most look at, in the order in which a call is read.
DEFAULT_COLUMNS = (
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

    class Meta:
        template_name = "appoints/_table.html"
        orderable = False

    def __init__(
        self,
        records: Sequence[Record],
        options: CellOptions,
        query: Query | None,
        columns: Sequence[str] = DEFAULT_COLUMNS,
        keep: Keep | None = None,
    ) -> None:
        """Show records; ``query`` is the question to sort anew, None where nothing can be.

        ``columns`` are the names of those to show, as ``known`` returns them. ``keep`` keeps the
        rows' HTML with the rows that the records are of.
        """
        heads = [(name, tables.Column(verbose_name=COLUMNS[name].heading)) for name in columns]
        super().__init__(PageData(records), extra_columns=heads)
        self.options = options
        self.query = query
        self.keep = keep

    @property
    def has_rows(self) -> bool:
        """Tell whether there is a row to show."""
        return len(self.data) > 0

    @property
    def is_wide(self) -> bool:
        """Tell whether there are more columns than a screen of 1280 px holds."""
        return len(self.columns) > len(DEFAULT_COLUMNS)

    @property
    def span_patterns(self) -> Mapping[str, str]:
        """Return the words in which scripts say how far off a time is, by name."""
        return patterns()

    @property
    def heads(self) -> Heads:
        """The head of each column."""
        question = self.query and self.query.but()  # sorted anew, it begins on the first page
        return Heads(tuple(self.columns.names()), question, self.options.masked)

    def body(self) -> str:
        """Return all rows as HTML."""
        if self.keep is None:
            return joined(self.lines())
        key = (self.options.key, tuple(self.columns.names()), get_language())
        return self.keep("lines", lambda: joined(self.lines()), size_of, *key)

    def lines(self) -> list[SafeString]:
        """Return each row as HTML.

        django-tables2's own way looks up a signature a cell and hides what a cell fails with.
        """
        cells = [(column.name, self.cell(column.name)) for column in self.columns]
        row = "".join(_pattern(column.name, column.header) for column in self.columns)
        row = f'<tr class="row-%s">{row}</tr>'
        return [
            html(row, record["state"], *[show(record[name], name, record) for name, show in cells])
            for record in self.data.data
        ]


def _pattern(name: str, label: str) -> str:
    """Return the pattern of a cell; a narrow screen shows the label beside its value."""
    tag = html('<td class="col-%s" data-label="%s">', name, label)
    return tag.replace("%", "%%") + "%s</td>"


def known(names: object) -> list[str]:
    """Return the columns among any names, each once, with the one that must not be missing.

    Of no names at all it returns the site's own.
    """
    given = names if isinstance(names, list | tuple) else []
    found = [name for name in dict.fromkeys(map(str, given)) if name in TABLE_COLUMNS]
    if not found:
        return list(DEFAULT_COLUMNS)
    return found if ALWAYS in found else [ALWAYS, *found]


def offered(columns: Sequence[str]) -> list[Offered]:
    """Return every column to choose from: first those of ``columns``, in their order."""
    others = [name for name in TABLE_COLUMNS if name not in columns]
    return [
        Offered(name, str(COLUMNS[name].heading), name in columns, name == ALWAYS)
        for name in (*columns, *others)
    ]
