"""An address and its question are the same thing; what is wrong is named beside its field."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appoints.connections.models import Connection
from appoints.forms.fields import LONGEST
from appoints.forms.filterset import AppointFilter
from appoints.forms.query_form import REPEATABLE, QueryForm
from appoints.isales import codes
from appoints.labels import PRESET_WORDS
from appoints.query.columns import COLUMNS
from appoints.query.filters import FILTERS, MOST_AGENTS, NAMES, PER_PAGE
from appoints.query.query import STATES, Query
from tests.factories import connection_to

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 1, 31, tzinfo=BERLIN)
LACKED = [each.name for each in FILTERS.values() if each.without]

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return connection_to()


def form_of(address: str, zone: ZoneInfo = BERLIN) -> AppointFilter:
    return AppointFilter(QueryDict(address), Connection.objects.all(), zone)


def query_of(address: str) -> Query:
    form = form_of(address)
    assert form.is_valid(), form.form.errors
    return form.query()


def test_each_form_has_the_connections_of_its_person(connection: Connection) -> None:
    other = connection_to(slug="other", name="Other")
    of_one, of_other = (
        AppointFilter(QueryDict("connection=demo"), Connection.objects.filter(pk=each.pk), BERLIN)
        for each in (connection, other)
    )
    assert (of_one.is_valid(), of_other.is_valid()) == (True, False)
    offered = [
        [str(slug) for slug, _ in each.form.fields["connection"].choices]
        for each in (of_one, of_other)
    ]
    assert offered == [["", "demo"], ["", "other"]]


def test_what_a_form_changes_for_its_person_changes_no_other_form(connection: Connection) -> None:
    """Forms share the fields that none of them changes."""
    before = str(form_of("agent=1&tz=UTC").form)
    changed = form_of("agent=1", ZoneInfo("Asia/Tokyo")).form
    changed.mask_numbers()
    changed.offer(["1"])
    changed.fields["connection"].queryset = Connection.objects.none()
    assert str(changed) != before
    assert str(form_of("agent=1&tz=UTC").form) == before


character = st.characters(exclude_categories=["Cs"])
anything = st.one_of(
    st.text(character, min_size=1, max_size=8),
    st.text(" ,;，、\n\r\t\x00\x7f\"\\'%+&=#ab", min_size=1, max_size=6),
    st.sampled_from(
        ["john smith", "none", "null", '""', '"', "a" * LONGEST, "%20", "\x85", "\u2028"]
    ),
)
word = st.text("0123456789abcXYZ外呼é=&+%#'\"<", min_size=1, max_size=8)
text = word.flatmap(lambda start: word.map(lambda end: f"{start} {end}"))
offsets = st.integers(-12 * 4, 14 * 4).map(lambda part: timezone(timedelta(minutes=15 * part)))
bound = st.one_of(
    st.dates(date(2000, 1, 1), date(2100, 12, 31)),
    st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    ),
    st.builds(
        lambda moment, offset: moment.replace(microsecond=0, tzinfo=offset),
        st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30)),  # noqa: DTZ001
        offsets,
    ),
)


def several(values: st.SearchStrategy[str], most: int = 4) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=most, unique=True).map(tuple)


when = st.one_of(
    st.fixed_dictionaries({"preset": st.sampled_from(["", *PRESET_WORDS])}),
    st.fixed_dictionaries({"begin": bound}),
    st.fixed_dictionaries({"end": bound}),
)
others = st.fixed_dictionaries(
    {
        "connection": st.just("demo"),
        "agents": several(anything),
        "number": st.one_of(st.just(""), anything),
        "task": st.one_of(st.just(""), anything),
        "states": several(st.sampled_from(STATES)),
        "late": st.booleans(),
        "call_type": st.sampled_from(["", *codes.CALL_TYPES]),
        "causes": several(anything),
        "without": several(st.sampled_from(LACKED)).map(
            lambda names: tuple(name for name in LACKED if name in names)
        ),
        "cause_groups": several(st.sampled_from(list(codes.GROUPS))),
        "text": st.one_of(st.just(""), word, text),
        "sort": st.sampled_from(["", *COLUMNS, *(f"-{name}" for name in COLUMNS)]),
        "page": st.integers(1, 1000),
        "per_page": st.sampled_from(PER_PAGE),
        "zone": st.sampled_from(["", "Asia/Kathmandu", "America/Argentina/Buenos_Aires"]),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(when=when, others=others)
def test_a_question_survives_its_address(
    connection: Connection, when: dict[str, Any], others: dict[str, Any]
) -> None:
    query = Query(**when, **others)
    assert query_of(query.urlencode()) == query


addresses = st.lists(
    st.tuples(
        st.sampled_from([*NAMES.values(), "excel", "\x00"]),
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
            st.text("0123456789-+:TZ. ,\x00", max_size=30),
            st.sampled_from(["today", "demo", "due", "-agent", "2026-01-31", "0001-01-01"]),
            st.sampled_from(["9" * 5000, "9999-12-31T23:59-12:00", "２", "+1", "1.0", "null"]),
        ),
    ),
    max_size=5,
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(addresses)
def test_no_address_does_worse_than_naming_what_is_wrong(
    connection: Connection, given: list[tuple[str, str]]
) -> None:
    form = form_of(urlencode(given))
    if form.is_valid():
        query = form.query()
        assert query_of(query.urlencode()) == query
    else:
        assert form.form.errors.keys() <= {*NAMES.values()}
    assert set(form.unknown()) == {name for name, _ in given} - set(NAMES.values())


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(addresses)
def test_fields_that_an_address_does_not_name_are_what_django_makes_of_them(
    connection: Connection, given: list[tuple[str, str]]
) -> None:
    found = form_of(urlencode(given)).form
    errors, cleaned = found.errors, found.cleaned_data
    with patch.object(QueryForm, "_clean_fields", forms.Form._clean_fields):  # type: ignore[attr-defined]
        plain = form_of(urlencode(given)).form
        assert (plain.errors, plain.cleaned_data) == (errors, cleaned)


def test_a_range_of_two_ends_survives_its_address(connection: Connection) -> None:
    query = Query(
        connection="demo",
        begin=date(2026, 1, 31),
        end=datetime(2026, 2, 1, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    )
    assert query_of(query.urlencode()) == query


def test_without_a_name_the_first_connection_is_meant(connection: Connection) -> None:
    assert query_of("").connection == "demo"


@pytest.mark.parametrize(
    "pasted", ["116,117", "116%0D%0A117", "116 117", "116;117,,", "116，117、116", "116&agent=117"]
)
def test_agents_may_come_as_a_pasted_list(connection: Connection, pasted: str) -> None:
    assert query_of(f"agent={pasted}").agents == ("116", "117")


def test_as_many_agents_as_are_allowed_may_be_pasted(connection: Connection) -> None:
    pasted = [str(number) for number in range(MOST_AGENTS)]
    assert query_of("agent=" + "%0A".join(pasted)).agents == tuple(pasted)
    assert query_of("agent=" + "%09".join([*pasted, "0", "1"])).agents == tuple(pasted)


def test_too_many_agents_are_counted(connection: Connection) -> None:
    form = form_of("agent=" + "+".join(map(str, range(10_000))))
    assert form.form.errors["agent"] == ["At most 300 are possible; there are 10000."]


def test_what_was_typed_stays(connection: Connection) -> None:
    form = form_of("agent=116&agent=117&page=0&from=soon&q=wave")
    assert not form.is_valid()
    page = str(form.form)
    for typed in ("116\n117", 'value="soon"', 'value="wave"', 'value="0"'):
        assert typed in page


def test_the_same_said_twice_is_said_once(connection: Connection) -> None:
    assert query_of("task=1&task=1&preset=today&preset=today").task == "1"


def test_a_range_is_read_in_the_zone_of_the_view(connection: Connection) -> None:
    address = "from=2026-06-01T10:00&to=2026-06-01T13:30+06:00"
    assert not form_of(address).is_valid()  # from 08:00 to 07:30 in UTC
    assert form_of(address, ZoneInfo("Asia/Kathmandu")).is_valid()  # from 04:15
    assert form_of(address + "&tz=Asia/Kathmandu").is_valid()


def test_spaces_in_a_number_stay_for_rows_may_have_them(connection: Connection) -> None:
    assert query_of("number=139 0000-0001 ").number == "139 0000-0001"


def test_a_space_before_a_number_stays_for_it_may_have_been_a_plus(connection: Connection) -> None:
    assert query_of("number=+966 50").number == " 966 50"
    assert query_of(query_of("number=+966 50").urlencode()).number == " 966 50"
    assert query_of("number=+a1").number == "a1"


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("preset=someday", "preset"),
        ("preset=today&from=2026-01-01", "preset"),
        ("from=yesterday", "from"),
        ("from=1999-12-31", "from"),
        ("to=2101-01-01", "to"),
        ("from=2026-02-01&to=2026-01-01", "to"),
        ("from=2026-01-01T10:00&to=2026-01-01T10:00", "to"),
        ("state=late", "state"),
        ("late=yes", "late"),
        ("call_type=3", "call_type"),
        ("cause_group=nobody", "cause_group"),
        ("sort=odd", "sort"),
        ("sort=--agent", "sort"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=x", "page"),
        ("per_page=-5", "per_page"),
        ("per_page=100000", "per_page"),
        ("tz=Mars/Base", "tz"),
        ("tz=../../etc/passwd", "tz"),
        ("connection=other", "connection"),
        ("number=1%00", "number"),
        ("agent=1%00", "agent"),
        ("q=%00", "q"),
        ("q=" + "x" * 101, "q"),
        ("agent=" + ",".join(map(str, range(301))), "agent"),
        ("agent=" + "1" * 501, "agent"),
        ("agent=%22%22", "agent"),
        ("task=%22%22", "task"),
        ("without=name", "without"),
        ("task=1&task=2", "task"),
        *[(f"{name}=1&{name}=2", name) for name in sorted({*NAMES.values()} - REPEATABLE)],
        *[(f"{name}=1%002", name) for name in NAMES.values()],
        ("number=" + "1" * 501, "number"),
        ("tz=" + "x" * 65, "tz"),
        ("page=" + "9" * 5000, "page"),
        ("cause=" + ",".join(map(str, range(101))), "cause"),
        ("to=9999-12-31", "to"),
        ("from=2026-01-01&to=2026-02-01&tz=Mars/Base", "tz"),
        ("from=2026-01-31T09:30+99:00", "from"),
    ],
)
def test_what_is_wrong_is_named_beside_its_field(
    connection: Connection, address: str, field: str
) -> None:
    form = form_of(address)
    assert not form.is_valid()
    assert field in form.form.errors


def test_a_day_alone_as_both_ends_is_that_day(connection: Connection) -> None:
    query = query_of("from=2026-03-29&to=2026-03-29")
    begin, end = query.window(datetime.now(BERLIN), BERLIN, overdue_days=30)
    assert begin is not None and end is not None
    assert end - begin == timedelta(hours=23)


def test_a_plus_that_became_a_space_is_read_as_a_plus(connection: Connection) -> None:
    begin = query_of("from=2026-01-31T09:30+02:00").begin
    assert isinstance(begin, datetime)
    assert begin.utcoffset() == timedelta(hours=2)


def test_parts_of_a_second_count(connection: Connection) -> None:
    query = query_of("from=2026-01-31T09:30:15.250&to=1769851815999")
    assert query.begin == datetime(2026, 1, 31, 9, 30, 15, 250_000)  # noqa: DTZ001
    assert query.end == datetime(2026, 1, 31, 9, 30, 15, 999_000, UTC)
    assert query_of(query.urlencode()) == query


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("1747302523000", datetime(2025, 5, 15, 9, 48, 43, tzinfo=UTC)),
        ("946684800001", datetime(2000, 1, 1, 0, 0, 0, 1000, UTC)),
        (" 1747302523001 ", datetime(2025, 5, 15, 9, 48, 43, 1000, UTC)),
        ("2026-01-31T24:00", datetime(2026, 2, 1, tzinfo=BERLIN)),
        ("2026-12-31T24:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-03-28 24:00:00.000 02:00", datetime(2026, 3, 28, 22, tzinfo=UTC)),
        ("20260131T2400", datetime(2026, 2, 1, tzinfo=BERLIN)),
    ],
)
def test_milliseconds_and_the_hour_24_are_understood(
    connection: Connection, given: str, meant: datetime
) -> None:
    query = query_of(urlencode({"to": given}))
    assert query.window(NOW, BERLIN, overdue_days=30).end == meant
    assert query_of(query.urlencode()) == query


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("1747302523", "A number must be milliseconds: 1747302523000. Give a day like"),
        ("now-1h", "A range that moves with the clock has a name: preset=overdue, preset=next-15m"),
        ("-7d", "A range that moves with the clock has a name"),
        ("2026-01-31T24:01", "Give a day like 2026-01-31 or a time like 2026-01-31T09:30."),
        ("17473025230000", "Give a day like"),
        ("1747302523.5", "A number must be milliseconds: 1747302523500. Give"),
        ("1747302523.123456", "A number must be milliseconds: 1747302523123. Give"),
        ("1747302523123456", "A number must be milliseconds: 1747302523123. Give"),
        ("1747302523123456789", "A number must be milliseconds: 1747302523123. Give"),
        ("2026-01-31T09.30", "Write it like this: 2026-01-31T09:30. Give"),
        ("2026-01-31 09.30.15", "Write it like this: 2026-01-31 09:30:15. Give"),
        ("202601310930", "Write it like this: 20260131T0930. Give"),
        ("20260131093015", "Write it like this: 20260131T093015. Give"),
        ("last-7d", "A range that moves with the clock has a name: preset=last-7d. Give"),
        ("Rest-of-today", "A range that moves with the clock has a name: preset=rest-of-today. "),
        ("9999999999999", "The year must lie between 2000 and 2100."),
        ("9999-12-31T24:00", "Give a day like"),
    ],
)
def test_of_what_is_not_understood_the_right_spelling_is_named(
    connection: Connection, given: str, words: str
) -> None:
    assert words in " ".join(form_of(urlencode({"from": given})).form.errors["from"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1_000_000_000_000, 4_102_444_799_999), st.sampled_from(["from", "to"]))
def test_milliseconds_mean_their_moment(connection: Connection, number: int, name: str) -> None:
    query = query_of(urlencode({name: number}))
    window = query.window(NOW, BERLIN, overdue_days=30)
    moment = window.begin if name == "from" else window.end
    assert moment == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=number)


def test_every_column_of_the_files_sorts_both_ways(connection: Connection) -> None:
    for name in COLUMNS:
        assert query_of(f"sort={name}").sort == name
        assert query_of(f"sort=-{name}").sort == f"-{name}"


def test_parameters_that_mean_nothing_are_named(connection: Connection) -> None:
    form = form_of("agents=1&state=due&utm_source=mail")
    assert sorted(form.unknown()) == ["agents", "utm_source"]
    assert form.unknown(frozenset({"agents"})) == ["utm_source"]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("from=2026-01-31T08:00", "2026-01-31T08:00"),
        ("from=2026-01-31T08:00:05", "2026-01-31T08:00:05"),
        ("from=2026-01-31T08:00%2B08:00", "2026-01-31T01:00"),
        ("from=1747302523000", "2025-05-15T11:48:43"),
        ("from=1747302523001", "2025-05-15T11:48:43.001"),
        ("from=2026-01-31T08:00Z&tz=Asia/Kathmandu", "2026-01-31T13:45"),
        ("from=2026-01-31", "2026-01-31T00:00"),
    ],
)
def test_a_range_is_shown_in_the_browsers_own_picker(
    connection: Connection, address: str, shown: str
) -> None:
    box = str(form_of(address).form["from"])
    assert 'type="datetime-local"' in box
    assert f'value="{shown}"' in box


def test_a_day_as_the_end_is_shown_as_the_moment_it_ends(connection: Connection) -> None:
    assert 'value="2026-02-01T00:00"' in str(form_of("to=2026-01-31").form["to"])


@pytest.mark.parametrize("given", ["2026-10-25T02:30+01:00", "never"])
def test_what_a_picker_cannot_show_stays_as_it_was_written(
    connection: Connection, given: str
) -> None:
    address = urlencode({"from": given})
    box = str(form_of(address).form["from"])
    assert 'type="text"' in box
    assert f'value="{given}"' in box


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bound=bound, end=st.booleans())
def test_what_a_picker_shows_means_the_same_range(
    connection: Connection, bound: date, end: bool
) -> None:
    name = "to" if end else "from"
    form = form_of(urlencode({name: bound.isoformat()}))
    if not form.is_valid():
        return  # at the rim of the years, as the zone has it
    shown = form.form[name].subwidgets[0].data["value"]
    again = query_of(urlencode({name: shown}))
    meant = form.query().window(NOW, BERLIN, overdue_days=30)
    assert again.window(NOW, BERLIN, overdue_days=30) == meant
