"""The content of a cell: each kind of column's way to show a record as HTML."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from appoints.display.addresses import anchor, detail_of
from appoints.display.formats import distance, isolated, relative_tag, span, time_tag
from appoints.display.html import NOTHING, escaped, html
from appoints.display.texts import tip, visible
from appoints.isales import codes
from appoints.isales.rows import FLAGS, TEXTS, TIMES
from appoints.labels import word
from appoints.query.columns import COLUMNS
from appoints.query.query import STATES

Record = Mapping[str, Any]
# Returns HTML for a value, the name of its column and the record.
Cell = Callable[[Any, str, Record], SafeString]
SENT_AS = {**TEXTS, **TIMES, **FLAGS}
FITS = 24  # characters of a text that are surely in sight; of a longer one the title tells all


@dataclass(frozen=True, slots=True)
class CellOptions:
    """What every cell needs to know: the zone of times, words for causes, and the question."""

    zone: ZoneInfo
    reasons: Mapping[str, str]
    address: str  # the question's query string
    masked: bool  # numbers are


class Cells:
    """The cells of a table: ``show_`` and a column's name where it has its own, else its kind."""

    options: CellOptions

    def cell(self, name: str) -> Cell:
        """Return what shows the values of a column."""
        kind = COLUMNS[name].kind
        own: Cell | None = getattr(self, f"show_{name}", getattr(self, f"show_{kind}", None))
        return own or (_remembered(KINDS[kind]) if kind in ALIKE else KINDS[kind])

    @cached_property
    def icons(self) -> str:
        return static("icons.svg")

    @cached_property
    def home(self) -> str:
        return reverse("appoints:list")

    @cached_property
    def states(self) -> Mapping[str, SafeString]:
        """Each state with its icon."""
        tag, words = '<span class="state state-%s">%s%s</span>', COLUMNS["state"].word
        return {name: html(tag, name, self._icon(name), words(name)) for name in STATES}

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """The words for each group of causes."""
        return {name: word(codes.GROUPS, name) for name in codes.GROUPS}

    def show_time(
        self, value: datetime | None, name: str, record: Record, day: date | None = None
    ) -> SafeString:
        if value is None:
            return _text(None, name, record)
        # Reservations are for the minute, all else happens when it happens.
        exact = name != "appoint_time"
        return time_tag(value.astimezone(self.options.zone), day, exact=exact)

    def show_state(self, value: str, name: str, record: Record) -> SafeString:
        note = _no_object(record)
        if value == "overdue" and record["call_type"] == "1":
            words = gettext("not called, or not reported")
            note = html('<small class="note">%s</small>', words)
        return self.states[value] + note

    def show_appoint_time(self, value: datetime | None, name: str, record: Record) -> SafeString:
        shown = self.show_time(value, name, record)
        if record["appoint_id"]:
            id_ = record["appoint_id"]
            address = detail_of(id_, self.options.address, self.home)
            shown = html('<a id="%s" href="%s">%s</a>', anchor(id_), address, shown)
        if value is not None:
            overdue = record["state"] == "overdue"
            words = distance(value, record["fetched_at"], overdue=overdue)
            shown += _small(relative_tag(value, words, overdue=overdue))
        return shown

    def show_call_begin(self, value: datetime | None, name: str, record: Record) -> SafeString:
        reserved = record["appoint_time"]
        day = reserved.astimezone(self.options.zone).date() if reserved else None
        shown = self.show_time(value, name, record, day)
        if value is not None and record["call_end"] is not None:
            shown += _small(gettext("for %s") % span(record["call_end"] - value))
        if record["late"]:
            late = gettext("%s late") % span(record["delay"])
            shown += html('<span class="badge-late">%s</span>', late)
        return shown

    def show_fail_code(self, value: str | None, name: str, record: Record) -> SafeString:
        code = value if value is not None else record["result"]
        if code is None:
            return _text(None, name if SENT_AS[name] in _odd(record) else "result", record)
        words = self.options.reasons.get(code, code)
        shown = html('<span title="%s"><bdi>%s</bdi></span>', tip(code), visible(words))
        if record["state"] == "failed":
            icon = self._icon("failed")
            shown = html('<span class="state state-failed cause">%s%s</span>', icon, shown)
        about = [self.groups[record["fail_group"]]] if record["fail_group"] else []
        if words != code:
            about.append(code)
        if about:
            shown += _small(" · ".join(map(isolated, about)))
        return shown

    def show_delay(self, value: timedelta | None, name: str, record: Record) -> SafeString:
        shown = _duration(value, name, record)
        early = value is not None and value.total_seconds() < 0
        return html(gettext("%s early"), shown) if early else shown

    def _icon(self, name: str) -> SafeString:
        drawn = '<svg class="icon" aria-hidden="true"><use href="%s#%s"/></svg>'
        return html(drawn, self.icons, name)


def _odd(record: Record) -> Mapping[str, object]:
    """Return what the typed fields could not hold, under iSales' own names."""
    found: Mapping[str, object] = json.loads(record["odd"]) if record["odd"] else {}
    return found


def _no_object(record: Record) -> SafeString:
    """Return what stood in the list in place of a row, nothing for a row."""
    odd = _odd(record)
    return html('<small class="note">%s</small>', _as_sent(odd[""])) if "" in odd else NOTHING


def _as_sent(value: object) -> SafeString:
    words = gettext("unusual, shown as iSales sent it")
    title = tip(f"{words}: {value}")
    return html('<span class="odd" title="%s">%s</span>', title, visible(str(value)))


def _text(value: str | None, name: str, record: Record) -> SafeString:
    """Return a text escaped; where there is none, what iSales sent instead, or a dash."""
    if value is not None:
        return escaped(visible(value))
    odd, sent_as = _odd(record), SENT_AS.get(name, "")
    return _as_sent(odd[sent_as]) if sent_as and sent_as in odd else _none()


def _clipped(value: str | None, name: str, record: Record) -> SafeString:
    """Return a text of any length, of which the page cuts off what takes too much room."""
    shown = _text(value, name, record)
    return html('<span class="cut"%s dir="auto"><bdi>%s</bdi></span>', _title(value), shown)


def _title(value: str | None) -> SafeString:
    """Return the attribute that tells more of a text than is surely in sight, or nothing."""
    if value is None or len(value) <= FITS:
        return NOTHING
    return html(' title="%s"', tip(value))


def _none() -> SafeString:
    words = gettext("none")
    return html('<span aria-hidden="true">—</span><span class="visually-hidden">%s</span>', words)


def _figures(css: str) -> Cell:
    """Return what shows a number or an ID, of which the page cuts off what takes too much room."""

    def show(value: str | None, name: str, record: Record) -> SafeString:
        text = _text(value, name, record)
        return html('<bdi class="%s"%s>%s</bdi>', css, _title(value), text)

    return show


def _named(value: str | None, name: str, record: Record) -> SafeString:
    """Return a name with its ID, or the ID alone where there is no name."""
    key = COLUMNS[name].id_column
    own = record[key]
    if value is None and SENT_AS[name] not in _odd(record):
        name, value = key, own
    shown = _clipped(value, name, record)
    if own is not None and own != value:
        code = visible(own)
        shown += html('<small class="code"%s><bdi>%s</bdi></small>', _title(own), code)
    return shown


def _coded(value: str | None, name: str, record: Record) -> SafeString:
    column = COLUMNS[name]
    if value is None:
        return _text(None, name, record)
    if value not in column.codes:
        return _clipped(value, name, record)
    return html('<bdi title="%s">%s</bdi>', value, column.word(value))


def _flag(value: bool | None, name: str, record: Record) -> SafeString:
    if value is None:
        return _text(None, name, record)
    return escaped(pgettext("flag", "yes") if value else pgettext("flag", "no"))


def _duration(value: timedelta | None, name: str, record: Record) -> SafeString:
    return _text(None if value is None else span(value), name, record)


def _remembered(show: Cell) -> Cell:
    """Return what shows each value as it did the first time; a missing one, as its record says."""
    known: dict[object, SafeString] = {}

    def shown(value: Any, name: str, record: Record) -> SafeString:
        if value is None:
            return show(value, name, record)
        if value not in known:
            known[value] = show(value, name, record)
        return known[value]

    return shown


ALIKE = frozenset({"code", "flag"})  # whose few values look the same in every row
KINDS: Mapping[str, Cell] = {
    "text": _clipped,
    "id": _figures("id"),
    "number": _figures("number"),
    "name": _named,
    "code": _coded,
    "flag": _flag,
    "duration": _duration,
}


def _small(text: str) -> SafeString:
    return html("<small>%s</small>", text)
