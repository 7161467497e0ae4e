"""The published codes, against the reference's own lines."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from appoints.isales import codes

# isales-api.md section 4, as it stands there.
REFERENCE = {
    "customer": (
        "00129, 00538 number does not exist or is wrong · 00145, 00181, 00537 busy · 00146, 00147,"
        " 00603 no answer · 00149, 00604 call rejected · 00150 number changed · 00208, 00548"
        " powered off · 00209 service suspended · 00549 out of coverage · 00009 incoming calls"
        " temporarily barred · 00012 mobile unreachable · 00531 customer hung up · 00551 not"
        " reached · 00601 customer hung up before answer · 00701 agents busy, customer hung up ·"
        " 00263 answering machine · 00162 automatic device (answering machine, company PBX) · 00160"
        " music · 00184, 00260 modem · 00185, 00261, 00441 fax · 00186, 00262 modem or fax"
    ),
    "platform": (
        "00702 queue timeout · 00703 call data timeout · 01040 ringing timeout · 01041 seizing the"
        " agent's device timed out · 01043 waiting for the result timed out · 01046 seizing the"
        " agent failed · 01049 call detection timed out · 01056 bridging failed · 01281, 01288"
        " agent released before or while bridging · 34601 task does not exist · 34605 number empty"
        " · 34606 call attempt failed, often the concurrency limit · 34608 no result received"
    ),
    "resources": (
        "00003, 00259 no resource · 00602 no resource on the ACD · 00605 switch busy · 01048 call"
        " limit reached"
    ),
    "network": (
        "00004, 00006, 00007, 00008, 00010, 00011 being forwarded · 00005 call waiting · 00013,"
        " 00014 terminal state · 00015 hook-flash transfer · 00018 announcement · 00190, 00191,"
        " 00192, 00193, 00194, 00195, 00196, 00197 text telephone · 00132, 00182 special tone ·"
        " 00155 line fault · 00180 ring-back · 00187 unknown tone"
    ),
    "system": "00606 ACD timed out · 34611 system error",
}


@pytest.mark.parametrize("group", REFERENCE)
def test_each_fail_code_has_its_group_and_the_words_of_the_reference(group: str) -> None:
    published = {}
    for line in REFERENCE[group].split(" · "):
        numbers, words = re.fullmatch(r"((?:\d{5}[, ]+)+)(.+)", line).groups()
        published |= dict.fromkeys(re.findall(r"\d+", numbers), words)
    ours = {code for code, each in codes.FAIL_GROUPS.items() if each == group}
    assert {code: codes.FAIL_WORDS[code] for code in ours} == published


def test_success_has_words_and_nobody_who_must_act() -> None:
    assert codes.SUCCESS in codes.FAIL_WORDS
    assert codes.SUCCESS not in codes.FAIL_GROUPS


def test_every_group_has_words_and_the_unknown_has_one_of_its_own() -> None:
    assert {*codes.GROUPS} == {*REFERENCE, codes.OTHER}


@pytest.mark.parametrize(
    ("table", "published"),
    [
        (codes.CALL_TYPES, "1 2"),
        (codes.CALL_STATUSES, "0 1 2"),
        (codes.TASK_STATUSES, "1 2 3 4"),
        (codes.RESULTS, "0000 0900 0101 0601 -1"),
        (
            codes.RESULT_CODES,
            (
                "0200001 0200006 0200007 0200008 0200009 0200010 0200011 0200022 02000001 02000002"
                " 02000003 02000004 02000005 02000006 02000007 02000008 02000009 02000010 02000011"
                " 04000001 04000002 04000004 04000005"
            ),
        ),
    ],
)
def test_each_published_code_has_words(table: Mapping[str, str], published: str) -> None:
    assert sorted(table) == sorted(published.split())
    assert all(table.values())


def test_the_words_for_a_tasks_status_promise_no_more_than_the_reference() -> None:
    assert codes.TASK_STATUSES == {
        "1": "draft",
        "2": "running",
        "3": "paused",
        "4": "expired or completed",
    }


def test_each_result_is_reached_or_failed() -> None:
    assert {"0000", "0900"} == codes.RESULTS_REACHED
    assert {*codes.RESULTS} == codes.RESULTS_REACHED | codes.RESULTS_FAILED
