"""Each kind of column's way to show a value as HTML."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from appoints.display.formats import span
from appoints.display.html import NOTHING, escaped, html
from appoints.display.texts import tip, visible
from appoints.isales.rows import FLAGS, TEXTS, TIMES
from appoints.query.columns import COLUMNS

Record = Mapping[str, Any]
# Returns HTML for a value, the name of its column and the record.
Cell = Callable[[Any, str, Record], SafeString]
SENT_AS = {**TEXTS, **TIMES, **FLAGS}
FITS = 24  # characters of a text that are surely in sight; of a longer one the title tells all


def odd_of(record: Record) -> Mapping[str, object]:
    """Return what the typed fields could not hold, under iSales' own names."""
    found: Mapping[str, object] = json.loads(record["odd"]) if record["odd"] else {}
    return found


def no_object(record: Record) -> SafeString:
    """Return what stood in the list in place of a row, nothing for a row."""
    odd = odd_of(record)
    return html('<small class="note">%s</small>', _as_sent(odd[""])) if "" in odd else NOTHING


def _as_sent(value: object) -> SafeString:
    words = gettext("unusual, shown as iSales sent it")
    title = tip(f"{words}: {value}")
    return html('<span class="odd" title="%s">%s</span>', title, visible(str(value)))


def text_cell(value: str | None, name: str, record: Record) -> SafeString:
    """Return a text escaped; where there is none, what iSales sent instead, or a dash."""
    if value is not None:
        return escaped(visible(value))
    odd, sent_as = odd_of(record), SENT_AS.get(name, "")
    return _as_sent(odd[sent_as]) if sent_as and sent_as in odd else _none()


def _clipped(value: str | None, name: str, record: Record) -> SafeString:
    """Return a text of any length, of which the page cuts off what takes too much room."""
    shown = text_cell(value, name, record)
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
        text = text_cell(value, name, record)
        return html('<bdi class="%s"%s>%s</bdi>', css, _title(value), text)

    return show


def _named(value: str | None, name: str, record: Record) -> SafeString:
    """Return a name with its ID, or the ID alone where there is no name."""
    key = COLUMNS[name].id_column
    own = record[key]
    if value is None and SENT_AS[name] not in odd_of(record):
        name, value = key, own
    shown = _clipped(value, name, record)
    if own is not None and own != value:
        code = visible(own)
        shown += html('<small class="code"%s><bdi>%s</bdi></small>', _title(own), code)
    return shown


def _coded(value: str | None, name: str, record: Record) -> SafeString:
    column = COLUMNS[name]
    if value is None:
        return text_cell(None, name, record)
    if value not in column.codes:
        return _clipped(value, name, record)
    return html('<bdi title="%s">%s</bdi>', value, column.word(value))


def _flag(value: bool | None, name: str, record: Record) -> SafeString:
    if value is None:
        return text_cell(None, name, record)
    return escaped(pgettext("flag", "yes") if value else pgettext("flag", "no"))


def duration_cell(value: timedelta | None, name: str, record: Record) -> SafeString:
    return text_cell(None if value is None else span(value), name, record)


def count_cell(value: int | None, name: str, record: Record) -> SafeString:
    return text_cell(None if value is None else intcomma(value), name, record)


def remembered(show: Cell) -> Cell:
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
    "duration": duration_cell,
    "count": count_cell,
}


def small(text: str) -> SafeString:
    return html("<small>%s</small>", text)
