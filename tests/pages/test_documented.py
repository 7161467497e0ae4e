"""The answer that the vendor's reference shows, byte for byte, on every surface."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.signing import Signable
from appoints.isales.simulator import Simulator
from appoints.isales.simulator.answers import Answer
from tests.screen import text_of

# isales-api.md section 1, as it stands there.
REQUEST = b'{ "limit": 10, "offset": 0, "taskId": "1106025109" }'
ANSWER = b"""\
{"returnCode": "0200000", "data": [{"appointId": "174730253678826340158055543045", "callType": "2",
 "appointTime": 1747302523000, "calledNo": "66660001", "taskId": "1106025109", "taskName": "Preempted task",
 "taskStatus": "2", "timeout": true, "userAccount": "116", "userName": "116", "beginTime": 1747302513000,
 "endTime": 1747302523000, "callFlag": "2", "callerNo": "710002", "failCode": "00604", "result": "0101",
 "busiResult": "Reservation business result > aab", "createTime": 1747302536000}],
 "resultCode": "0200000", "resultDesc": "success", "totalCount": 4, "returnDesc": "success"}"""  # noqa: E501
ID = "174730253678826340158055543045"
QUERY = "?task=1106025109"


@pytest.fixture(autouse=True)
def _documented(
    simulator: Simulator, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    Connection.objects.update(page_limit=10)
    answer = simulator.answer

    def documented(address: str, request: Signable) -> Answer:
        found = answer(address, request)
        return Answer(200, ANSWER) if request.path.endswith("/appoint/list") else found

    monkeypatch.setattr(simulator, "answer", documented)


def test_the_request_is_the_documented_one(signed_in: Client, simulator: Simulator) -> None:
    signed_in.get("/appoints/" + QUERY)
    assert simulator.list_calls[0].body == json.loads(REQUEST)


def test_the_page_shows_its_row_and_that_three_are_missing(signed_in: Client) -> None:
    words = text_of(signed_in.get("/appoints/" + QUERY))
    assert "iSales reported 4, 1 received" in words
    for shown in ("66660001", "Preempted task", "116", "automatic", "call rejected", "2025-05-15"):
        assert shown in words


def test_the_detail_shows_every_field_in_words_and_as_sent(signed_in: Client) -> None:
    response = signed_in.get(f"/appoints/{ID}/{QUERY}")
    assert response.status_code == 200
    words = text_of(response)
    (row,) = json.loads(ANSWER)["data"]
    for name, value in row.items():
        assert f" {name} " in words
        assert str(value).lower() in words.lower()
    for meaning in ("running", "finished", "call failed", "call rejected"):
        assert meaning in words


def test_its_files_are_refused_for_they_would_be_short(signed_in: Client) -> None:
    for kind in ("csv", "xlsx", "json"):
        response = signed_in.get(f"/appoints/export.{kind}{QUERY}")
        assert response.status_code == 502
        assert "4 rows, 1 were received" in text_of(response)


VALUES = {
    "appoint_id": ID,
    "state": "failed",
    "late": "false",
    "appoint_time": "2025-05-15T09:48:43+00:00",
    "called_no": "66660001",
    "agent": "116",
    "agent_name": "116",
    "task_id": "1106025109",
    "task_name": "Preempted task",
    "task_status": "2",
    "call_type": "2",
    "expired": "true",
    "call_begin": "2025-05-15T09:48:33+00:00",
    "call_end": "2025-05-15T09:48:43+00:00",
    "call_status": "2",
    "caller_no": "710002",
    "fail_code": "00604",
    "fail_group": "customer",
    "fail_reason": "call rejected",
    "result": "0101",
    "business_result": "Reservation business result > aab",
    "create_time": "2025-05-15T09:48:56+00:00",
}


def test_a_partial_csv_has_each_value(signed_in: Client) -> None:
    response = signed_in.get(f"/appoints/export.csv{QUERY}&partial=1")
    assert "PARTIAL_1-of-4-rows.csv" in response["Content-Disposition"]
    text = b"".join(response).decode()
    assert list(csv.DictReader(io.StringIO(text))) == [VALUES]


def test_a_partial_json_has_each_value(signed_in: Client) -> None:
    response = signed_in.get(f"/appoints/export.json{QUERY}&partial=1")
    (row,) = json.loads(b"".join(response))["rows"]
    assert row == {**VALUES, "late": False, "expired": True}


def test_a_partial_workbook_has_its_codes_as_text(signed_in: Client) -> None:
    response = signed_in.get(f"/appoints/export.xlsx{QUERY}&partial=1")
    content = b"".join(response)
    header, row = (
        openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    )
    found = dict(zip(header, row, strict=True))
    for name in ("appoint_id", "called_no", "agent", "task_id", "fail_code", "result"):
        assert found[name] == VALUES[name]
