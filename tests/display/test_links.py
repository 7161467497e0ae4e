"""The links that a person copies, by what each opens, its time and its view."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from appoints.connections.models import Connection
from appoints.display.links import LinkBuilder, link_builder
from appoints.forms.bind import Question
from appoints.query.query import Query

NOW = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Kathmandu")  # where it is the next day, a quarter past four
TODAY = {"from": "2026-06-02T00:00:00+05:45", "to": "2026-06-03T00:00:00+05:45"}


def built(name: str = "", **asked: Any) -> LinkBuilder:
    scope: Any = None
    question = Question(Query(**asked), Connection(), ZONE, NOW, scope)
    return link_builder(question, name, "https://calls.example/")


def kinds(builder: LinkBuilder) -> list[str]:
    return [f"{each.place} {each.time} {each.view}".strip() for each in builder.links]


def asked(builder: LinkBuilder, kind: str) -> dict[str, str]:
    address = builder.links[kinds(builder).index(kind)].address
    return dict(parse_qsl(urlsplit(address).query))


def test_a_link_is_an_address_in_full() -> None:
    addresses = [each.address for each in built().links]
    assert addresses == ["https://calls.example/appoints/?", "https://calls.example/wallboard/?"]


def test_a_preset_stays_or_becomes_the_moments_that_it_stands_for_now() -> None:
    builder = built(preset="today", states=("failed",), page=3)
    assert asked(builder, "appoints:list moving") == {"preset": "today", "state": "failed"}
    assert asked(builder, "appoints:list fixed") == {"state": "failed", **TODAY}
    assert builder.moving == "Today, whenever it is opened"
    assert kinds(builder)[2:] == ["wallboard moving", "wallboard fixed"]


def test_what_is_overdue_stays_so_in_a_fixed_range() -> None:
    fixed = asked(built(preset="overdue"), "appoints:list fixed")
    assert (fixed["state"], fixed["to"]) == ("overdue", "2026-06-02T04:15:00+05:45")


def test_a_day_is_one_of_its_readers_or_the_same_for_everybody() -> None:
    day = date(2026, 6, 2)
    builder = built(begin=day, end=day)
    assert asked(builder, "appoints:list moving") == {"from": "2026-06-02", "to": "2026-06-02"}
    assert asked(builder, "appoints:list fixed") == TODAY
    assert builder.moving == "In the time zone of whoever opens it"


@pytest.mark.parametrize(
    "range_",
    [
        {},
        {"begin": NOW},
        {"begin": NOW.astimezone(timezone(timedelta(hours=9)))},
        {"begin": date(2026, 6, 2), "zone": "Asia/Kathmandu"},
    ],
)
def test_a_time_that_is_the_same_for_everybody_leaves_no_choice(range_: dict[str, Any]) -> None:
    builder = built(**range_)
    assert builder.fixed == ""
    assert kinds(builder) == ["appoints:list moving", "wallboard moving"]


def test_a_link_names_the_saved_view_or_not() -> None:
    builder = built("Mornings", preset="today", view="abc")
    assert kinds(builder)[:4] == [
        *("appoints:list moving without", "appoints:list moving with"),
        *("appoints:list fixed without", "appoints:list fixed with"),
    ]
    assert "view" not in asked(builder, "appoints:list moving without")
    assert asked(builder, "appoints:list fixed with")["view"] == "abc"
    assert "view" not in asked(builder, "wallboard moving")


def test_a_frame_is_offered_where_a_portal_may_show_one(settings: Settings) -> None:
    settings.FRAME_ANCESTORS = ["https://portal.example"]
    builder = built("Mornings", view="abc")
    assert kinds(builder)[-2:] == ["embed moving without", "embed moving with"]
    assert builder.links[-1].address == "https://calls.example/embed/?view=abc"


def test_a_view_that_the_person_may_not_see_is_in_no_link() -> None:
    assert "view" not in asked(built(view="abc"), "appoints:list moving")
