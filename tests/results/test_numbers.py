"""The same number is found however it is written, and no other."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.results.numbers import (
    NO_PLAN,
    NumberingPlan,
    asked,
    beginnings,
    compact,
    compacted,
    is_number,
    writings,
)

CHINA = NumberingPlan("86", "0")
BRITAIN = NumberingPlan("44", "0")
SPAIN = NumberingPlan("34", "")
RUSSIA = NumberingPlan("7", "8")
AMERICA = NumberingPlan("1", "1")
ARABIA = NumberingPlan("966", "0")
BRAZIL = NumberingPlan("55", "0")
PLANS = (NO_PLAN, CHINA, BRITAIN, SPAIN, RUSSIA, AMERICA, ARABIA, BRAZIL)

plans = st.sampled_from(PLANS)
numbers = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from(["", "+", "00", "0", "8", "1", "+86", "86", "+440", "+7", "007", "34", "55"]),
    st.text("0123456789", min_size=1, max_size=12),
)
SETS = (
    "٠١٢٣٤٥٦٧٨٩",
    "۰۱۲۳۴۵۶۷۸۹",
    "０１２３４５６７８９",
    "०१२३४५६७८९",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "0123456789",
)
SEPARATORS = [
    *" -.()/[]{}_\t\n",
    *"\u00a0\u2007\u202f\u3000\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d\u30fc\u2043\u02d7",
    *"（）［］．・",
    *"\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2069\ufeff\u00ad\u061c",
]


def same(one: str, other: str, plan: NumberingPlan = NO_PLAN) -> bool:
    return compact(one) in writings(other, plan)


@st.composite
def paper(draw: st.DrawFn, number: str) -> str:
    """A number as somebody may write it down."""
    sign, own = ("+", number[1:]) if number[0] == "+" else ("", number)
    digits = draw(st.sampled_from(SETS))
    gaps = draw(
        st.lists(st.sampled_from(["", *SEPARATORS[:-1]]), min_size=len(own), max_size=len(own))
    )
    body = "".join(digits[int(each)] + gap for each, gap in zip(own, gaps, strict=True))
    before = draw(st.sampled_from(["", "tel:", "TEL: ", "\u202a", "(", "\u200e tel:"]))
    return before + draw(st.sampled_from([sign, sign.replace("+", "＋")])) + body


@given(st.data(), numbers)
def test_a_number_on_paper_is_the_number_that_is_dialled(data: st.DataObject, number: str) -> None:
    assert compact(data.draw(paper(number))) == number


@given(st.text(max_size=12))
def test_what_is_compact_stays_as_it_is(text: str) -> None:
    assert compact(compact(text)) == compact(text)


@given(numbers, numbers, plans)
def test_what_is_the_same_number_is_so_from_either_side(
    one: str, other: str, plan: NumberingPlan
) -> None:
    assert same(one, one, plan)
    assert same(one, other, plan) == same(other, one, plan)
    assert all(same(one, each, plan) for each in writings(one, plan))


@given(numbers)
def test_without_a_country_only_the_sign_is_no_difference(number: str) -> None:
    for each in writings(number):
        assert each.removeprefix("+").removeprefix("00") in number


@given(st.lists(st.one_of(st.none(), numbers, st.text("0 +-()٠a*#\u200e", max_size=6))))
def test_a_column_is_compacted_like_each_of_its_numbers(found: list[str | None]) -> None:
    series = pl.Series("n", found, pl.String)
    assert compacted(series).to_list() == [
        None if each is None else compact(each) for each in found
    ]


@pytest.mark.parametrize(
    ("plan", "one", "other"),
    [
        (NO_PLAN, "+966501234568", "00966501234568"),
        (NO_PLAN, "+966501234568", "966501234568"),
        (NO_PLAN, "٠٥٠١٢٣٤٥٦٧", "0501234567"),
        (NO_PLAN, "１３８００１３８０００", "13800138000"),
        (NO_PLAN, "tel:+44-20-7946-0999", "+44 20 7946 0999"),
        (NO_PLAN, "\u202d+44 20 7946 0999\u202c", "+442079460999"),
        (NO_PLAN, "+4711", "4711"),
        (ARABIA, "+966501234568", "0501234568"),
        (ARABIA, "00966501234568", "501234568"),
        (ARABIA, "966501234568", "0501234568"),
        (CHINA, "+86 138 0013 8000", "13800138000"),
        (CHINA, "+86 138 0013 8000", "013800138000"),
        (CHINA, "8613800138000", "13800138000"),
        (CHINA, "+1 202 555 0100 99", "120255501 0099"),
        (BRITAIN, "+44 (0)20 7946 0999", "020 7946 0999"),
        (BRITAIN, "+44 (0)20 7946 0999", "+442079460999"),
        (BRITAIN, "44 (0)20 7946 0999", "+442079460999"),
        (BRITAIN, "4402079460999", "02079460999"),
        (ARABIA, "966 0501234568", "0501234568"),
        (NO_PLAN, "966501234568+", "+966501234568"),
        (NO_PLAN, "'0501234567", "0501234567"),
        (NO_PLAN, "’050_123\u02d74567", "050⁃1234567"),
        (NO_PLAN, "{011} 98765-4321", "(011) 98765-4321"),
        (BRAZIL, "(11) 98765-4321", "+5511987654321"),
        (BRAZIL, "(11) 98765-4321", "011 98765-4321"),
        (BRAZIL, "(55) 98765-4321", "+5555987654321"),
        (SPAIN, "612345678", "+34612345678"),
        (SPAIN, "34612345678", "+34612345678"),
        (RUSSIA, "8 (812) 123-45-67", "+7 812 123 45 67"),
        (RUSSIA, "812 123 45 67", "+7 812 123 45 67"),
        (AMERICA, "1 (212) 555-0100", "+1 212 555 0100"),
        (AMERICA, "212.555.0100", "+12125550100"),
        (NO_PLAN, "*31#138 0013 8000", "*31#13800138000"),
        (NO_PLAN, "Sip:Alice@x", "sip:alice@x"),
    ],
)  # fmt: skip
def test_the_same_number(plan: NumberingPlan, one: str, other: str) -> None:
    assert same(one, other, plan) and same(other, one, plan)


@pytest.mark.parametrize(
    ("plan", "one", "other"),
    [
        (NO_PLAN, "0501234568", "+966501234568"),
        (NO_PLAN, "13800138000", "+8613800138000"),
        (NO_PLAN, "-1", "1"),
        (NO_PLAN, "=1+1", "11"),
        (NO_PLAN, "0", "00"),
        (NO_PLAN, "13800138000", "1380013800"),
        (CHINA, "+13800138000", "13800138000"),
        (CHINA, "86110", "110"),
        (CHINA, "0110", "110"),
        (CHINA, "+7 138 0013 8000", "13800138000"),
        (BRAZIL, "(55) 98765-4321", "(11) 98765-4321"),
        (ARABIA, "+971501234568", "0501234568"),
        (RUSSIA, "+7 812 123 45 67", "+7 121 234 56 7"),
        (NO_PLAN, "1380013 8000 ext 5", "13800138000"),
        (NO_PLAN, "13800138000,5", "138001380005"),
        (NO_PLAN, "13800138000~5", "138001380005"),
        (NO_PLAN, "138••••8000", "1388000"),
        (RUSSIA, "78812123456", "+7812123456"),
    ],
)
def test_another_number(plan: NumberingPlan, one: str, other: str) -> None:
    assert not same(one, other, plan) and not same(other, one, plan)


@pytest.mark.parametrize("text", ["", "+", "-1", "1e5", "•••678", "½", "abc", "١a", "()"])
def test_what_is_no_number(text: str) -> None:
    assert not is_number(text)


def test_a_space_before_a_number_may_have_been_a_plus() -> None:
    assert same("+966501234568", " 966501234568", CHINA)
    assert not same("+13800138000", "13800138000", CHINA)
    assert same("+13800138000", " 13800138000", CHINA)


@given(st.data(), numbers, plans)
def test_isales_is_asked_for_a_number_as_it_was_typed(
    data: st.DataObject, number: str, plan: NumberingPlan
) -> None:
    typed = data.draw(paper(number))
    found = asked(typed, plan)
    assert typed in found and number in found


def test_isales_is_asked_for_a_number_whose_plus_became_a_space() -> None:
    assert {"+44 20 7946 0999", "+442079460999"} <= {*asked(" 44 20 7946 0999", NO_PLAN)}


@given(
    st.sampled_from([CHINA, BRITAIN, SPAIN, ARABIA, BRAZIL]),
    st.from_regex(r"[2-9][0-9]{7,9}", fullmatch=True),
    st.integers(8, 14),
)
def test_every_writing_begins_as_a_part_with_a_prefix_does(
    plan: NumberingPlan, national: str, length: int
) -> None:
    same = writings(f"+{plan.country}{national}", plan)
    parts = [each[:length] for each in same if each.startswith(("+", "0"))]
    for part in parts:
        begun = beginnings(part, plan)
        assert all(each.startswith((part, *begun)) for each in same)


def test_isales_is_asked_for_what_rows_have_and_for_a_few_likely_writings() -> None:
    assert asked("13800138000", NO_PLAN) == ("13800138000", "+13800138000", "0013800138000")
    assert asked("4711", NO_PLAN) == ("4711",)
    assert asked("+4711", NO_PLAN) == ("+4711", "4711")
    assert asked("+44 20 7946 0999", BRITAIN, ["44-20 79460999"]) == (
        "+44 20 7946 0999", "+442079460999", "2079460999", "442079460999", "02079460999",
        "00442079460999", "+4402079460999", "44-20 79460999",
    )  # fmt: skip
    assert asked("4402079460999", BRITAIN)[:3] == ("4402079460999", "2079460999", "+442079460999")
    assert asked("-1", CHINA) == ("-1",)
