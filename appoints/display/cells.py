"""The content of a cell: each kind of column's way to show a record as HTML."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from appoints.access.number_token import seal
from appoints.display.addresses import anchor, detail_of
from appoints.display.call_again import Advice
from appoints.display.cell_kinds import (
    ALIKE,
    KINDS,
    SENT_AS,
    Cell,
    Record,
    count_cell,
    duration_cell,
    no_object,
    odd_of,
    remembered,
    small,
    text_cell,
)
from appoints.display.formats import distance, isolated, relative_tag, span, time_tag
from appoints.display.html import NOTHING, html
from appoints.display.number_words import attempt_words, repeat_words
from appoints.display.texts import tip, visible
from appoints.isales import codes
from appoints.labels import word
from appoints.query.columns import COLUMNS
from appoints.query.filters import FILTERS, NAMES
from appoints.query.query import STATES


@dataclass(frozen=True, slots=True)
class CellOptions:
    """What every cell needs to know: the zone of times, words for causes, and the question."""

    zone: ZoneInfo
    reasons: Mapping[str, str]
    address: str  # the question's query string
    masked: bool  # numbers are
    advice: Mapping[str | None, Advice] = field(default_factory=dict)  # for failed calls, by group
    range: str = ""  # the query string of just its range; without, no number is a link

    @property
    def key(self) -> tuple[Hashable, ...]:
        """All that these options tell; the question's query string tells which rows of a result."""
        words = frozenset(self.reasons.items()), frozenset(self.advice.items())
        return self.zone.key, *words, self.address, self.masked, self.range

    def of_number(self, record: Record) -> str | None:
        """Return the query string of the number's rows in the range; None where there can be none.

        A number that is masked stands there as a token.
        """
        number = record["called_sent"]
        if not self.range or not FILTERS["number"].can_be(number or ""):
            return None
        asked = urlencode({NAMES["number"]: seal(number) if self.masked else number})
        return f"{self.range}&{asked}"


class Cells:
    """The cells of a table: ``show_`` and a column's name where it has its own, else its kind."""

    options: CellOptions

    def cell(self, name: str) -> Cell:
        """Return what shows the values of a column."""
        kind = COLUMNS[name].kind
        own: Cell | None = getattr(self, f"show_{name}", getattr(self, f"show_{kind}", None))
        return own or (remembered(KINDS[kind]) if kind in ALIKE else KINDS[kind])

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
            return text_cell(None, name, record)
        # Reservations are for the minute, all else happens when it happens.
        exact = name != "appoint_time"
        return time_tag(value.astimezone(self.options.zone), day, exact=exact)

    def show_state(self, value: str, name: str, record: Record) -> SafeString:
        note = no_object(record)
        if value == "overdue" and record["call_type"] == "1":
            words = gettext("not called, or not reported")
            note = html('<small class="note">%s</small>', words)
        return self.states[value] + note + self.repeat_of(record)

    def show_repeat_count(self, value: int | None, name: str, record: Record) -> SafeString:
        shown = count_cell(value, name, record)
        return self._linked(shown, record) if value else shown

    def show_attempt(self, value: int | None, name: str, record: Record) -> SafeString:
        return text_cell(attempt_words(record) or None, name, record)

    def repeat_of(self, record: Record) -> SafeString:
        """Return the mark of a row that repeats others of its number, nothing for any other."""
        if not (words := repeat_words(record)):
            return NOTHING
        shown = html('<span class="repeat">%s%s</span>', self._icon("repeat"), words)
        return self._linked(shown, record)

    def _linked(self, shown: SafeString, record: Record) -> SafeString:
        """Return what leads to the rows of the number."""
        query = self.options.of_number(record)
        return html('<a href="%s?%s">%s</a>', self.home, query, shown) if query else shown

    def show_appoint_time(self, value: datetime | None, name: str, record: Record) -> SafeString:
        shown = self.show_time(value, name, record)
        if record["appoint_id"]:
            id_ = record["appoint_id"]
            address = detail_of(id_, self.options.address, self.home)
            shown = html('<a id="%s" href="%s">%s</a>', anchor(id_), address, shown)
        if value is not None:
            overdue = record["state"] == "overdue"
            words = distance(value, record["fetched_at"], overdue=overdue)
            shown += small(relative_tag(value, words, overdue=overdue))
        return shown

    def show_call_begin(self, value: datetime | None, name: str, record: Record) -> SafeString:
        reserved = record["appoint_time"]
        day = reserved.astimezone(self.options.zone).date() if reserved else None
        shown = self.show_time(value, name, record, day)
        if value is not None and record["call_end"] is not None:
            shown += small(gettext("for %s") % span(record["call_end"] - value))
        if record["late"]:
            late = gettext("%s late") % span(record["delay"])
            shown += html('<span class="badge-late">%s</span>', late)
        return shown

    def show_fail_code(self, value: str | None, name: str, record: Record) -> SafeString:
        code = value if value is not None else record["result"]
        if code is None:
            return text_cell(None, name if SENT_AS[name] in odd_of(record) else "result", record)
        words = self.options.reasons.get(code, code)
        again = self._again(record)
        title = f"{tip(code)} · {again.words}" if again else tip(code)
        shown = html('<span title="%s"><bdi>%s</bdi></span>', title, visible(words))
        if record["state"] == "failed":
            icon = self._icon("failed")
            shown = html('<span class="state state-failed cause">%s%s</span>', icon, shown)
        about = [self.groups[record["fail_group"]]] if record["fail_group"] else []
        if words != code:
            about.append(code)
        if about:
            shown += small(" · ".join(map(isolated, about)))
        return shown + html('<small class="again">%s</small>', again.hours) if again else shown

    def _again(self, record: Record) -> Advice | None:
        """Return when to call again, of a call that failed."""
        failed = record["state"] == "failed"
        return self.options.advice.get(record["fail_group"]) if failed else None

    def show_delay(self, value: timedelta | None, name: str, record: Record) -> SafeString:
        shown = duration_cell(value, name, record)
        early = value is not None and value.total_seconds() < 0
        return html(gettext("%s early"), shown) if early else shown

    def _icon(self, name: str) -> SafeString:
        drawn = '<svg class="icon" aria-hidden="true"><use href="%s#%s"/></svg>'
        return html(drawn, self.icons, name)
