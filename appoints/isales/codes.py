"""Codes that iSales publishes, in words.

Source: isales-api.md sections 1, 3 and 4; the groups are the vendor's for about a third of the
fail codes and inferred for the rest. A code that is not here is shown as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

SUCCESS = "00000"
OTHER = "other"


def gettext_noop(text: str) -> str:
    """Mark a text to be translated where it is shown."""
    return text


RESULT_CODES: Mapping[str, str] = {
    "0200001": gettext_noop("a parameter was not accepted"),
    "0200006": gettext_noop("the iSales database failed"),
    "0200007": gettext_noop("the task does not exist"),
    "0200008": gettext_noop("begin and end must be given together"),
    "0200009": gettext_noop("the time format was not accepted"),
    "0200010": gettext_noop("the range begins after it ends"),
    "0200011": gettext_noop("the range is too long (over 30 days elsewhere in iSales)"),
    "0200022": gettext_noop("called too fast"),
    "02000001": gettext_noop("a required value is empty"),
    "02000002": gettext_noop("a value has illegal characters"),
    "02000003": gettext_noop("a value is too long"),
    "02000004": gettext_noop("a value is too short"),
    "02000005": gettext_noop("a value's length is out of range"),
    "02000006": gettext_noop("a value has the wrong type"),
    "02000007": gettext_noop("a value has the wrong size"),
    "02000008": gettext_noop("a value could not be converted"),
    "02000009": gettext_noop("the values do not go together"),
    "02000010": gettext_noop("hour and minute must be given together"),
    "02000011": gettext_noop("too many values"),
    "04000001": gettext_noop("the time is not correct"),
    "04000002": gettext_noop("the number is not correct"),
    "04000004": gettext_noop("the reservation does not exist"),
    "04000005": gettext_noop("the reservation was already called"),
}
TOO_FAST = "0200022"
DATABASE_FAILED = "0200006"
# What iSales may say of a page limit that is too large, among other things.
PAGE_TOO_LARGE = frozenset({"0200001", "02000003", "02000005", "02000007"})

CALL_TYPES: Mapping[str, str] = {"1": gettext_noop("manual"), "2": gettext_noop("automatic")}
CALL_STATUSES: Mapping[str, str] = {
    "0": gettext_noop("waiting"),
    "1": gettext_noop("calling"),
    "2": gettext_noop("finished"),
}
TASK_STATUSES: Mapping[str, str] = {
    "1": gettext_noop("draft"),
    "2": gettext_noop("running"),
    "3": gettext_noop("paused"),
    "4": gettext_noop("expired or completed"),
}
RESULTS: Mapping[str, str] = {
    "0000": gettext_noop("connected before transfer to automatic service"),
    "0900": gettext_noop("connected before transfer to an agent"),
    "0101": gettext_noop("call failed"),
    "0601": gettext_noop("returned"),
    "-1": gettext_noop("no number to call"),
}
RESULTS_REACHED = frozenset({"0000", "0900"})
RESULTS_FAILED = frozenset({"0101", "0601", "-1"})

# Who has to act: the word of the group in addresses and files, and its words for a person.
GROUPS: Mapping[str, str] = {
    "customer": gettext_noop("Customer side"),
    "platform": gettext_noop("Platform"),
    "resources": gettext_noop("No resources"),
    "network": gettext_noop("Network"),
    "system": gettext_noop("System error"),
    OTHER: gettext_noop("Other"),
}

_TABLE: Mapping[str, Mapping[str, str]] = {
    "success": {SUCCESS: gettext_noop("success")},
    "customer": {
        "00129 00538": gettext_noop("number does not exist or is wrong"),
        "00145 00181 00537": gettext_noop("busy"),
        "00146 00147 00603": gettext_noop("no answer"),
        "00149 00604": gettext_noop("call rejected"),
        "00150": gettext_noop("number changed"),
        "00208 00548": gettext_noop("powered off"),
        "00209": gettext_noop("service suspended"),
        "00549": gettext_noop("out of coverage"),
        "00009": gettext_noop("incoming calls temporarily barred"),
        "00012": gettext_noop("mobile unreachable"),
        "00531": gettext_noop("customer hung up"),
        "00551": gettext_noop("not reached"),
        "00601": gettext_noop("customer hung up before answer"),
        "00701": gettext_noop("agents busy, customer hung up"),
        "00263": gettext_noop("answering machine"),
        "00162": gettext_noop("automatic device (answering machine, company PBX)"),
        "00160": gettext_noop("music"),
        "00184 00260": gettext_noop("modem"),
        "00185 00261 00441": gettext_noop("fax"),
        "00186 00262": gettext_noop("modem or fax"),
    },
    "platform": {
        "00702": gettext_noop("queue timeout"),
        "00703": gettext_noop("call data timeout"),
        "01040": gettext_noop("ringing timeout"),
        "01041": gettext_noop("seizing the agent's device timed out"),
        "01043": gettext_noop("waiting for the result timed out"),
        "01046": gettext_noop("seizing the agent failed"),
        "01049": gettext_noop("call detection timed out"),
        "01056": gettext_noop("bridging failed"),
        "01281 01288": gettext_noop("agent released before or while bridging"),
        "34601": gettext_noop("task does not exist"),
        "34605": gettext_noop("number empty"),
        "34606": gettext_noop("call attempt failed, often the concurrency limit"),
        "34608": gettext_noop("no result received"),
    },
    "resources": {
        "00003 00259": gettext_noop("no resource"),
        "00602": gettext_noop("no resource on the ACD"),
        "00605": gettext_noop("switch busy"),
        "01048": gettext_noop("call limit reached"),
    },
    "network": {
        "00004 00006 00007 00008 00010 00011": gettext_noop("being forwarded"),
        "00005": gettext_noop("call waiting"),
        "00013 00014": gettext_noop("terminal state"),
        "00015": gettext_noop("hook-flash transfer"),
        "00018": gettext_noop("announcement"),
        "00190 00191 00192 00193 00194 00195 00196 00197": gettext_noop("text telephone"),
        "00132 00182": gettext_noop("special tone"),
        "00155": gettext_noop("line fault"),
        "00180": gettext_noop("ring-back"),
        "00187": gettext_noop("unknown tone"),
    },
    "system": {
        "00606": gettext_noop("ACD timed out"),
        "34611": gettext_noop("system error"),
    },
}


def _each() -> Iterator[tuple[str, str, str]]:
    for group, lines in _TABLE.items():
        for codes, words in lines.items():
            for code in codes.split():
                yield code, group, words


FAIL_WORDS: Mapping[str, str] = {code: words for code, _, words in _each()}
FAIL_GROUPS: Mapping[str, str] = {code: group for code, group, _ in _each() if code != SUCCESS}
