"""What stands in a cell: each column's way to show a record as HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.templatetags.static import static
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from appoints.display.addresses import anchor, detail_of
from appoints.display.formats import distance, isolated, off_tag, span, time_tag
from appoints.display.texts import tip, visible
from appoints.isales import codes
from appoints.isales.rows import FLAGS, TEXTS, TIMES
from appoints.labels import STATE_WORDS, word

Record = Mapping[str, Any]
SENT_AS = {**TEXTS, **TIMES, **FLAGS}
FITS = 24  # characters of a text that are surely in sight; of a longer one the title tells all


@dataclass(frozen=True, slots=True)
class View:
    """What every cell needs to know: the zone of times, words for causes, and the question."""

    zone: ZoneInfo
    reasons: Mapping[str, str]
    address: str  # the question's query string


class Cells:
    """The cells of a table: ``render_`` and a column's name, each of a value and its record."""

    view: View

    @cached_property
    def icons(self) -> str:
        return static("icons.svg")

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
            id_ = record["appoint_id"]
            address = escape(detail_of(id_, self.view.address))
            shown = f'<a id="{anchor(id_)}" href="{address}">{shown}</a>'
        if value is not None:
            overdue = record["state"] == "overdue"
            words = distance(value, record["fetched_at"], overdue=overdue)
            shown += f"<small>{off_tag(value, words, overdue=overdue)}</small>"
        return mark_safe(shown)  # noqa: S308 escaped

    def render_called_no(self, value: str | None, record: Record) -> SafeString:
        return mark_safe(_figures("number", value, "called_no", record))  # noqa: S308 escaped

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
        shown = f'<span title="{escape(tip(code))}"><bdi>{escape(visible(words))}</bdi></span>'
        if record["state"] == "failed":
            icon = f'<svg class="icon" aria-hidden="true"><use href="{self.icons}#failed"/></svg>'
            shown = f'<span class="state state-failed cause">{icon}{shown}</span>'
        about = [word(codes.GROUPS, record["fail_group"])] if record["fail_group"] else []
        if words != code:
            about.append(code)
        if about:
            shown += _small(" · ".join(map(isolated, about)))
        return mark_safe(shown)  # noqa: S308 escaped

    def render_business_result(self, value: str | None, record: Record) -> SafeString:
        return mark_safe(_clipped(value, "business_result", record))  # noqa: S308 escaped

    def render_appoint_id(self, value: str | None, record: Record) -> SafeString:
        return mark_safe(_figures("id", value, "appoint_id", record))  # noqa: S308 escaped

    def render_agent(self, value: str | None, record: Record) -> SafeString:
        return mark_safe(_clipped(value, "agent", record))  # noqa: S308 escaped

    def render_task_id(self, value: str | None, record: Record) -> SafeString:
        return mark_safe(_clipped(value, "task_id", record))  # noqa: S308 escaped

    def render_caller_no(self, value: str | None, record: Record) -> SafeString:
        return mark_safe(_figures("number", value, "caller_no", record))  # noqa: S308 escaped

    def render_task_status(self, value: str | None, record: Record) -> SafeString:
        return _coded(codes.TASK_STATUSES, value, "task_status", record)

    def render_result(self, value: str | None, record: Record) -> SafeString:
        return _coded(codes.RESULTS, value, "result", record)

    def render_create_time(self, value: datetime | None, record: Record) -> SafeString:
        return mark_safe(self._time(value, "create_time", record))  # noqa: S308 escaped

    def render_call_end(self, value: datetime | None, record: Record) -> SafeString:
        return mark_safe(self._time(value, "call_end", record))  # noqa: S308 escaped

    def render_expired(self, value: bool | None, record: Record) -> SafeString:
        return mark_safe(_text(_flag(value), "expired", record))  # noqa: S308 escaped

    def render_late(self, value: bool | None, record: Record) -> SafeString:
        return mark_safe(_own(_flag(value)))  # noqa: S308 escaped

    def render_delay(self, value: timedelta | None, record: Record) -> SafeString:
        early = value is not None and value.total_seconds() < 0
        words = None if value is None else span(value)
        return mark_safe(_own(gettext("%s early") % words if early else words))  # noqa: S308 escaped

    def render_talk_time(self, value: timedelta | None, record: Record) -> SafeString:
        return mark_safe(_own(None if value is None else span(value)))  # noqa: S308 escaped

    def render_fail_group(self, value: str | None, record: Record) -> SafeString:
        return mark_safe(_own(None if value is None else word(codes.GROUPS, value)))  # noqa: S308

    def _time(
        self, value: datetime | None, name: str, record: Record, day: date | None = None
    ) -> str:
        if value is None:
            return _text(None, name, record)
        # Reservations are for the minute, all else happens when it happens.
        exact = name != "appoint_time"
        return time_tag(value.astimezone(self.view.zone), day, exact=exact)

    def _named(self, value: str | None, name: str, key: str, record: Record) -> SafeString:
        own = record[key]
        if value is None and SENT_AS[name] not in _odd(record):
            name, value = key, own
        shown = _clipped(value, name, record)
        if own is not None and own != value:
            shown += f'<small class="code"{_title(own)}><bdi>{escape(visible(own))}</bdi></small>'
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
    title = escape(tip(f"{gettext('unusual, shown as iSales sent it')}: {value}"))
    return f'<span class="odd" title="{title}">{escape(visible(str(value)))}</span>'


def _text(value: str | None, name: str, record: Record) -> str:
    """Return a text escaped; where there is none, what iSales sent instead, or a dash."""
    if value is not None:
        return escape(visible(value))
    odd = _odd(record)
    if SENT_AS[name] in odd:
        return _as_sent(odd[SENT_AS[name]])
    return _none()


def _clipped(value: str | None, name: str, record: Record) -> str:
    """Return a text of any length, of which the page cuts off what takes too much room."""
    shown = _text(value, name, record)
    return f'<span class="cut"{_title(value)} dir="auto"><bdi>{shown}</bdi></span>'


def _figures(kind: str, value: str | None, name: str, record: Record) -> str:
    """Return a number or an ID, of which the page cuts off what takes too much room."""
    return f'<bdi class="{kind}"{_title(value)}>{_text(value, name, record)}</bdi>'


def _title(value: str | None) -> str:
    """Return the attribute that tells more of a text than is surely in sight, or nothing."""
    return f' title="{escape(tip(value))}"' if value is not None and len(value) > FITS else ""


def _own(text: str | None) -> str:
    """Return words of ours escaped, or a dash: what is reckoned here was not sent otherwise."""
    return _none() if text is None else escape(text)


def _none() -> str:
    return (
        f'<span aria-hidden="true">—</span><span class="visually-hidden">{gettext("none")}</span>'
    )


def _flag(value: bool | None) -> str | None:
    if value is None:
        return None
    return pgettext("flag", "yes") if value else pgettext("flag", "no")


def _coded(table: Mapping[str, str], value: str | None, name: str, record: Record) -> SafeString:
    if value is None:
        return mark_safe(_text(None, name, record))  # noqa: S308 escaped
    if value not in table:
        return mark_safe(_clipped(value, name, record))  # noqa: S308 escaped
    return mark_safe(f'<bdi title="{escape(value)}">{escape(word(table, value))}</bdi>')  # noqa: S308


def _small(text: str) -> str:
    return f"<small>{escape(text)}</small>"
