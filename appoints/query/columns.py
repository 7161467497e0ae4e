"""The columns of every file, in the order that others rely on, and what one may sort by."""

from __future__ import annotations

COLUMNS = (
    "appoint_id",
    "state",
    "late",
    "appoint_time",
    "called_no",
    "agent",
    "agent_name",
    "task_id",
    "task_name",
    "task_status",
    "call_type",
    "expired",
    "call_begin",
    "call_end",
    "call_status",
    "caller_no",
    "fail_code",
    "fail_group",
    "fail_reason",
    "result",
    "business_result",
    "create_time",
)
# What is reckoned for the screen only sorts it as well.
SORTS = (*COLUMNS, "delay", "talk_time")
