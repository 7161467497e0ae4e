"""Every column, declared once: its words, what it holds, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appoints.isales import codes
from appoints.labels import REPEAT_WORDS, STATE_WORDS, in_words

# What a column holds. It decides how cells and files write a value.
Kind = Literal["text", "id", "number", "name", "code", "time", "flag", "duration", "count"]
Words = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the table and of files. Its name is that of the column of the frame.

    ``label`` names it in a sentence, in the sort menu and in a workbook; ``heading`` in the table,
    which does not offer a column without one. ``codes`` explains the values of a code.
    ``id_column`` holds the IDs of the names in this column. ``plain_order`` compares texts as they
    are: texts that nearly every row has for itself are too many for the order of a language.
    """

    label: Words
    heading: Words = ""
    kind: Kind = "text"
    codes: Mapping[str, Words] = field(default_factory=dict)
    id_column: str = ""
    in_files: bool = True
    plain_order: bool = False

    def word(self, value: str) -> str:
        """Return what a code means, or the code itself where that is not known."""
        return str(self.codes.get(value, value))


# In the order of every file.
COLUMNS: Mapping[str, Column] = {
    "appoint_id": Column(
        label=_("reservation ID"), heading=_("Reservation ID"), kind="id", plain_order=True
    ),
    "state": Column(label=_("state"), heading=_("State"), kind="code", codes=STATE_WORDS),
    "late": Column(label=_("late"), heading=_("Late"), kind="flag"),
    "appoint_time": Column(label=_("reserved time"), heading=_("Reserved for"), kind="time"),
    "called_no": Column(label=_("number"), heading=_("Number"), kind="number", plain_order=True),
    "agent": Column(label=_("agent account"), heading=_("Agent account")),
    "agent_name": Column(label=_("agent name"), heading=_("Agent"), kind="name", id_column="agent"),
    "task_id": Column(label=_("task ID"), heading=_("Task ID")),
    "task_name": Column(label=_("task name"), heading=_("Task"), kind="name", id_column="task_id"),
    "task_status": Column(
        label=_("task status"),
        heading=_("Task status"),
        kind="code",
        codes=in_words(codes.TASK_STATUSES),
    ),
    "call_type": Column(
        label=_("type"), heading=_("Type"), kind="code", codes=in_words(codes.CALL_TYPES)
    ),
    "expired": Column(label=_("expired"), heading=_("Expired"), kind="flag"),
    "call_begin": Column(
        label=_("begin of the call"), heading=pgettext_lazy("column", "Call"), kind="time"
    ),
    "call_end": Column(label=_("end of the call"), heading=_("Call ended"), kind="time"),
    "call_status": Column(
        label=_("call status"),
        heading=_("Call status"),
        kind="code",
        codes=in_words(codes.CALL_STATUSES),
    ),
    "caller_no": Column(
        label=_("number shown to the customer"),
        heading=_("Number shown to the customer"),
        kind="number",
    ),
    "fail_code": Column(label=_("fail code"), heading=_("Outcome")),
    "fail_group": Column(
        label=_("who must act"),
        heading=_("Who must act"),
        kind="code",
        codes=in_words(codes.GROUPS),
    ),
    "fail_reason": Column(label=_("failure cause")),
    "result": Column(
        label=_("result code"), heading=_("Result"), kind="code", codes=in_words(codes.RESULTS)
    ),
    "business_result": Column(label=_("business result"), heading=_("Business result")),
    "create_time": Column(label=_("booking time"), heading=_("Booked"), kind="time"),
    "delay": Column(label=_("delay"), heading=_("Delay"), kind="duration", in_files=False),
    "talk_time": Column(
        label=_("talk time"),
        heading=pgettext_lazy("duration", "Talk time"),
        kind="duration",
        in_files=False,
    ),
    "repeat": Column(
        label=_("repeats of the number"), kind="code", codes=REPEAT_WORDS, in_files=False
    ),
    "repeat_count": Column(
        label=_("open reservations of the number"),
        heading=_("Open of number"),
        kind="count",
        in_files=False,
    ),
    "attempt": Column(
        label=_("which attempt at the number for its task"),
        heading=_("Attempt"),
        kind="count",
        in_files=False,
    ),
    "attempts": Column(
        label=_("attempts at the number for its task"), kind="count", in_files=False
    ),
}
FILE_COLUMNS = tuple(name for name, column in COLUMNS.items() if column.in_files)
# Of a file that is asked for with what compares each row with others of its number.
COMPARED_COLUMNS = (*FILE_COLUMNS, "repeat", "repeat_count", "attempt", "attempts")
TABLE_COLUMNS = tuple(name for name, column in COLUMNS.items() if column.heading)
TIMES = tuple(name for name, column in COLUMNS.items() if column.kind == "time")
