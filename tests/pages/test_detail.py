"""One reservation: its fields, times and the way back."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from appoints.isales.simulator import Simulator, odd_rows
from appoints.models import Connection

LIST = "/appoints/"


def text_of(response) -> str:
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(words))


def test_it_shows_every_field_as_isales_sent_it(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    row = next(row for row in simulator.rows() if row.get("failCode") == "00604")
    words = text_of(signed_in.get(f"{LIST}{row['appointId']}/"))
    for name, value in row.items():
        assert f" {name} " in words
        assert str(value).lower() in words.lower()


def test_its_times_are_in_the_views_zone_and_the_consoles(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    row = next(row for row in simulator.rows() if row.get("failCode") == "00604")
    reserved = datetime.fromtimestamp(row["appointTime"] / 1000, UTC)
    words = text_of(signed_in.get(f"{LIST}{row['appointId']}/"))
    assert "times in UTC (+0000) · console time in Asia/Shanghai" in words
    assert f"Reserved for {reserved:%Y-%m-%d %H:%M:%S} console" in words


@pytest.mark.parametrize("number", range(len(odd_rows(datetime.now(UTC)))))
def test_every_odd_row_has_its_page(
    signed_in: Client, connection: Connection, simulator: Simulator, number: int
) -> None:
    row = odd_rows(datetime.now(UTC))[number]
    if row.get("appointId"):
        assert signed_in.get(f"{LIST}{row['appointId']}/").status_code == 200


def test_what_the_filters_leave_out_is_not_shown(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    row = next(row for row in simulator.rows() if row.get("failCode") == "00604")
    response = signed_in.get(f"{LIST}{row['appointId']}/", {"state": "reached"})
    assert response.status_code == 404
    assert "not in the result of these filters" in text_of(response)
    assert 'href="/appoints/?connection=demo&amp;state=reached"' in response.content.decode()


def test_while_rows_are_coming_it_is_not_called_missing(
    signed_in: Client, connection: Connection, simulator: Simulator, settings
) -> None:
    settings.APPOINTS_PAGE_WAIT = 0.1
    simulator.latency = 0.5
    response = signed_in.get(f"{LIST}4711/")
    assert response.status_code == 200
    assert "has not come so far" in text_of(response)
    assert 'http-equiv="refresh"' in response.content.decode()


def test_bad_filters_are_named_and_nothing_is_asked(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    response = signed_in.get(f"{LIST}4711/", {"from": "never"})
    assert response.status_code == 400
    assert "Give a day like" in text_of(response)
    assert simulator.calls == []


def test_unknown_parameters_are_named_and_ignored(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    row = next(row for row in simulator.rows() if row.get("failCode") == "00604")
    response = signed_in.get(f"{LIST}{row['appointId']}/", {"colour": "red"})
    assert response.status_code == 200
    assert "ignored: colour." in text_of(response)
