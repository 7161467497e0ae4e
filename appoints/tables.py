"""The table of reserved calls, over the records of one page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

import django_tables2 as tables
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableData

from appoints.isales import codes
from appoints.isales.rows import TEXTS, TIMES
from appoints.results.query import DEFAULT_SORT, Query
from appoints.words import STATE_WORDS, distance, span, time_tag, word

Record = Mapping[str, Any]
SENT_AS = {**TEXTS, **TIMES}


@dataclass(frozen=True, slots=True)
class View:
    """What every cell needs to know: the zone of times, words for causes, and the question."""

    zone: ZoneInfo
    reasons: Mapping[str, str]
    address: str  # the question's query string


class Header(NamedTuple):
    """A column's head: ``sorted_by`` is aria-sort's word, ``address`` the question sorted anew."""

    name: str
    text: str
    sorted_by: str | None
    address: str | None


class PageData(TableData):
    """The records of a page, sorted and cut where all rows are at hand: never again here."""

    def __len__(self) -> int:
        return len(self.data)

    def order_by(self, aliases: object) -> None:
        """Leave the order as it is."""


class AppointTable(tables.Table):
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

    class Meta:
        template_name = "appoints/table.html"
        orderable = False

    def __init__(self, records: Sequence[Record], view: View, query: Query | None) -> None:
        """Show records; ``query`` is the question to sort anew, None where nothing can be."""
        super().__init__(PageData(records))
        self.view = view
        self.query = query

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

    @cached_property
    def icons(self) -> str:
        return static("icons.svg")

    @cached_property
    def home(self) -> str:
        return reverse("appoints:list")

    def render_state(self, value: str, record: Record) -> SafeString:
        note = _no_object(record)
        if value == "overdue" and record["call_type"] == "1":
            note = f'<small class="note">{escape(gettext("not called, or not reported"))}</small>'
        icon = f'<svg class="icon" aria-hidden="true"><use href="{self.icons}#{value}"/></svg>'
        return mark_safe(  # noqa: S308 escaped
            f'<span class="state state-{value}">{icon}{escape(STATE_WORDS[value])}</span>{note}'
        )

    def render_appoint_time(self, value: datetime | None, record: Record) -> SafeString:
        shown = self._time(value, "appoint_time", record)
        if record["appoint_id"]:
            # Any text may be an ID, also one that reverse() refuses.
            address = f"{self.home}{quote(record['appoint_id'], safe='')}/?{self.view.address}"
            shown = f'<a href="{escape(address)}">{shown}</a>'
        if value is not None:
            shown += _small(distance(value, record["fetched_at"]))
        return mark_safe(shown)  # noqa: S308 escaped

    def render_called_no(self, value: str | None, record: Record) -> SafeString:
        return mark_safe(f'<bdi class="number">{_text(value, "called_no", record)}</bdi>')  # noqa: S308

    def render_agent_name(self, value: str | None, record: Record) -> SafeString:
        return self._named(value, "agent_name", "agent", record)

    def render_task_name(self, value: str | None, record: Record) -> SafeString:
        return self._named(value, "task_name", "task_id", record)

    def render_call_type(self, value: str | None, record: Record) -> SafeString:
        return _coded(codes.CALL_TYPES, value, "call_type", record)

    def render_call_status(self, value: str | None, record: Record) -> SafeString:
        return _coded(codes.CALL_STATUSES, value, "call_status", record)

    def render_call_begin(self, value: datetime | None, record: Record) -> SafeString:
        reserved = record["appoint_time"]
        day = reserved.astimezone(self.view.zone).date() if reserved else None
        shown = self._time(value, "call_begin", record, day)
        if value is not None and record["call_end"] is not None:
            shown += _small(gettext("for %s") % span(record["call_end"] - value))
        if record["late"]:
            late = gettext("%s late") % span(record["delay"])
            shown += f'<span class="badge-late">{escape(late)}</span>'
        return mark_safe(shown)  # noqa: S308 escaped

    def render_fail_code(self, value: str | None, record: Record) -> SafeString:
        code = value if value is not None else record["result"]
        if code is None:
            name = "fail_code" if SENT_AS["fail_code"] in _odd(record) else "result"
            return mark_safe(_text(None, name, record))  # noqa: S308 escaped
        words = self.view.reasons.get(code, code)
        shown = f'<span title="{escape(code)}">{escape(words)}</span>'
        if record["state"] == "failed":
            icon = f'<svg class="icon" aria-hidden="true"><use href="{self.icons}#failed"/></svg>'
            shown = f'<span class="state state-failed cause">{icon}{shown}</span>'
        about = [word(codes.GROUPS, record["fail_group"])] if record["fail_group"] else []
        if words != code:
            about.append(code)
        if about:
            shown += _small(" · ".join(about))
        return mark_safe(shown)  # noqa: S308 escaped

    def render_business_result(self, value: str | None, record: Record) -> SafeString:
        return mark_safe(_text(value, "business_result", record))  # noqa: S308 escaped

    def _time(
        self, value: datetime | None, name: str, record: Record, day: date | None = None
    ) -> str:
        if value is None:
            return _text(None, name, record)
        return time_tag(value.astimezone(self.view.zone), day)

    def _named(self, value: str | None, name: str, key: str, record: Record) -> SafeString:
        own = record[key]
        if value is None and SENT_AS[name] not in _odd(record):
            name, value = key, own
        shown = f'<span class="cut"><bdi>{_text(value, name, record)}</bdi></span>'
        if own is not None and own != value:
            shown += f'<small class="code">{escape(own)}</small>'
        return mark_safe(shown)  # noqa: S308 escaped


def _odd(record: Record) -> Mapping[str, object]:
    """Return what the typed fields could not hold, under iSales' own names."""
    found: Mapping[str, object] = json.loads(record["odd"]) if record["odd"] else {}
    return found


def _no_object(record: Record) -> str:
    """Return what stood in the list in place of a row, nothing for a row."""
    odd = _odd(record)
    return f'<small class="note">{_as_sent(odd[""])}</small>' if "" in odd else ""


def _as_sent(value: object) -> str:
    title = escape(gettext("unusual, shown as iSales sent it"))
    return f'<span class="odd" title="{title}">{escape(value)}</span>'


def _text(value: str | None, name: str, record: Record) -> str:
    """Return a text escaped; where there is none, what iSales sent instead, or a dash."""
    if value is not None:
        return escape(value)
    odd = _odd(record)
    if SENT_AS[name] in odd:
        return _as_sent(odd[SENT_AS[name]])
    return (
        f'<span aria-hidden="true">—</span><span class="visually-hidden">{gettext("none")}</span>'
    )


def _coded(table: Mapping[str, str], value: str | None, name: str, record: Record) -> SafeString:
    if value is None:
        return mark_safe(_text(None, name, record))  # noqa: S308 escaped
    shown = f'<span title="{escape(value)}">{escape(word(table, value))}</span>'
    return mark_safe(shown)  # noqa: S308 escaped


def _small(text: str) -> str:
    return f"<small>{escape(text)}</small>"
