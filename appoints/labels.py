"""Codes, times and spans in a person's words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import (
    gettext,
)
from django.utils.translation import gettext_lazy as _

STATE_WORDS: Mapping[str, str | Promise] = {
    "overdue": _("Overdue"),
    "due": _("Due"),
    "upcoming": _("Upcoming"),
    "calling": _("Calling"),
    "reached": _("Reached"),
    "failed": _("Failed"),
    "unknown": _("Unknown"),
}
PRESET_WORDS: Mapping[str, str | Promise] = {
    "overdue": _("Overdue"),
    "next-15m": _("Next 15 minutes"),
    "next-1h": _("Next hour"),
    "rest-of-today": _("Rest of today"),
    "today": _("Today"),
    "tomorrow": _("Tomorrow"),
    "yesterday": _("Yesterday"),
    "last-7d": _("Last 7 days"),
    "next-7d": _("Next 7 days"),
    "this-month": _("This month"),
}


COLUMN_WORDS: Mapping[str, str | Promise] = {
    "appoint_id": _("reservation ID"),
    "state": _("state"),
    "late": _("late"),
    "appoint_time": _("reserved time"),
    "called_no": _("number"),
    "agent": _("agent account"),
    "agent_name": _("agent name"),
    "task_id": _("task ID"),
    "task_name": _("task name"),
    "task_status": _("task status"),
    "call_type": _("type"),
    "expired": _("expired"),
    "call_begin": _("begin of the call"),
    "call_end": _("end of the call"),
    "call_status": _("call status"),
    "caller_no": _("number shown to the customer"),
    "fail_code": _("fail code"),
    "fail_group": _("who must act"),
    "fail_reason": _("failure cause"),
    "result": _("result code"),
    "business_result": _("business result"),
    "create_time": _("booking time"),
    "delay": _("delay"),
    "talk_time": _("talk time"),
}
# What a row may lack, by the name of the question's field.
LACKED_WORDS: Mapping[str, str | Promise] = {
    "agents": _("without an agent"),
    "number": _("without anybody to call"),
    "task": _("without a task"),
    "call_type": _("without a type"),
    "causes": _("without a fail code"),
    "cause_groups": _("without a cause group"),
}


def word(table: Mapping[str, str], code: str) -> str:
    """Return the words for a code, or the code as it is where it is not known."""
    return gettext(table[code]) if code in table else code


def in_words(table: Mapping[str, str]) -> dict[str, str | Promise]:
    """Return codes and their words for a form, which outlives a request and its language."""
    return {code: _(text) for code, text in table.items()}
