"""Times on pages: each with the offset that it has, not the one of now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import translation

from appoints.connections.models import Connection
from appoints.isales.simulator import Options, Simulator
from tests.screen import text_of

BERLIN = ZoneInfo("Europe/Berlin")
JULY, JANUARY = datetime(2026, 7, 1, 12, tzinfo=BERLIN), datetime(2026, 1, 15, 12, tzinfo=BERLIN)
# The night in which clocks go back: 02:30, and 02:30 again.
FIRST, AGAIN = (datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=fold) for fold in (0, 1))
MOMENTS = {"july": JULY, "january": JANUARY, "first": FIRST, "again": AGAIN}
OFFSETS = [("july", "+0200", "+0100"), ("january", "+0100", "+0200")]
DAYS = {"july": "2026-07-01", "january": "2026-01-15"}


def row(name: str) -> dict[str, Any]:
    moment = round(MOMENTS[name].timestamp() * 1000)
    return {"appointId": name, "appointTime": moment, "calledNo": "1390000", "userAccount": "101"}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(Options(data=[row(name) for name in MOMENTS])).running() as running:
        yield running


@pytest.fixture(autouse=True)
def in_berlin(settings: LazySettings, connection: Connection) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    Connection.objects.update(time_zone="Europe/Berlin")


def text(client: Client, path: str) -> str:
    return text_of(client.get(path))


@pytest.mark.parametrize(("name", "own", "other"), OFFSETS)
@pytest.mark.parametrize("page", ["/appoints/", "/wallboard/"])
def test_the_offset_beside_the_zone_is_that_of_the_range(
    signed_in: Client, page: str, name: str, own: str, other: str
) -> None:
    words = text(signed_in, f"{page}?from={DAYS[name]}&to={DAYS[name]}")
    assert f"times in Europe/Berlin ({own})" in words
    assert f"({other})" not in words


@pytest.mark.parametrize(("name", "own", "other"), OFFSETS)
def test_the_offset_beside_the_zone_is_that_of_the_reservation(
    signed_in: Client, name: str, own: str, other: str
) -> None:
    words = text(signed_in, f"/appoints/{name}/")
    assert f"times in Europe/Berlin ({own})" in words
    assert f"({other})" not in words


def test_rows_of_two_offsets_have_both_beside_the_zone(signed_in: Client) -> None:
    assert "times in Europe/Berlin (+0100, +0200)" in text(signed_in, "/appoints/")


def test_a_range_without_rows_still_has_its_own_offset(signed_in: Client) -> None:
    response = signed_in.get("/appoints/?from=2026-06-01&to=2026-06-01")
    assert response.context["answer"].clock.offset == "+0200"


@pytest.mark.parametrize(("name", "own", "other"), OFFSETS)
def test_the_moment_of_the_data_has_an_offset_of_its_own_where_the_rows_have_another(
    signed_in: Client, name: str, own: str, other: str
) -> None:
    response = signed_in.get(f"/appoints/?from={DAYS[name]}&to={DAYS[name]}")
    as_of = response.context["answer"].result.as_of.astimezone(BERLIN)
    told = f"{as_of:%H:%M:%S}" + ("" if f"{as_of:%z}" == own else f" {as_of:%z}")
    assert response.context["answer"].clock.as_of == told


def test_the_consoles_offset_is_that_of_the_rows_too(signed_in: Client) -> None:
    Connection.objects.update(time_zone="America/New_York")
    words = text(signed_in, "/appoints/?from=2026-07-01&to=2026-07-01")
    assert "console time: America/New_York (-0400)" in words


@pytest.mark.parametrize(("name", "offset"), [("first", "+0200"), ("again", "+0100")])
def test_a_time_that_happens_twice_says_which_one_it_is(
    signed_in: Client, name: str, offset: str
) -> None:
    told = f"2026-10-25 02:30 {offset}"
    assert told in text(signed_in, "/appoints/?from=2026-10-25&to=2026-10-25")
    words = text(signed_in, f"/appoints/{name}/?from=2026-10-25&to=2026-10-25")
    assert f"Reserved for planned 2026-10-25 02:30:00 {offset}" in words
    assert f"appointTime {round(MOMENTS[name].timestamp() * 1000)} {told}" in words


def test_the_numbers_other_reservation_says_which_of_two_equal_times_it_has(
    signed_in: Client,
) -> None:
    words = text(signed_in, "/appoints/first/?from=2026-10-25&to=2026-10-25")
    assert "2026-10-25 02:30 +0100 Overdue" in words


def test_a_time_that_happens_once_stands_alone(signed_in: Client) -> None:
    assert "2026-07-01 12:00 +" not in text(signed_in, "/appoints/?from=2026-07-01&to=2026-07-01")


def test_the_console_says_which_of_two_equal_times_it_means(signed_in: Client) -> None:
    words = text(signed_in, "/appoints/first/?from=2026-10-25&to=2026-10-25&tz=UTC")
    assert "Reserved for planned 2026-10-25 00:30:00" in words
    assert "console 2026-10-25 02:30:00 +0200" in words


def test_bars_of_two_equal_hours_are_told_apart(signed_in: Client) -> None:
    response = signed_in.get("/appoints/?from=2026-10-25T01:00&to=2026-10-25T04:00")
    bars = response.context["answer"].charts.histogram.bars
    assert [bar.when for bar in bars] == [
        "Sun 25 Oct, 01:00",
        "Sun 25 Oct, 02:00 +0200",
        "Sun 25 Oct, 02:00 +0100",
        "Sun 25 Oct, 03:00",
    ]
    assert [bar.label for bar in bars] == ["01:00", "02:00 +0200", "02:00 +0100", "03:00"]


@pytest.mark.parametrize("name", ["Etc/UTC", "Etc/Zulu", "Universal", "UTC"])
def test_utc_is_called_utc_whatever_its_name(
    signed_in: Client, settings: LazySettings, name: str
) -> None:
    settings.TIME_ZONE = name
    Connection.objects.update(time_zone="Etc/UCT")
    words = text(signed_in, "/appoints/?from=2026-07-01&to=2026-07-01")
    assert "times in UTC (+0000)" in words
    assert "Etc/" not in words and "console time" not in words
    assert "As the site: UTC" in text(signed_in, "/accounts/preferences/")


def test_offsets_keep_their_signs_before_them_in_a_sentence_from_right_to_left(
    signed_in: Client,
) -> None:
    with translation.override("en"):  # back to it, that is
        response = signed_in.get("/appoints/", headers={"Accept-Language": "ar"})
    assert "\u2068+0100, +0200\u2069" in response.content.decode()
