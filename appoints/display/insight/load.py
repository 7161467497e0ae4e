"""The load ahead as a page and the wallboard show it: days by hours, and who has most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl
from django.utils.dateformat import format as formatted
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from appoints.display.formats import count, offset_if_twice
from appoints.display.html import NOTHING, escaped, html, joined
from appoints.display.insight.figures import (
    DASH,
    milliseconds,
    more_words,
    only,
    rows_link,
)
from appoints.insight.load import LoadLine, load_lines, load_values
from appoints.labels import HOURS
from appoints.query.query import Query

FIELDS = {"task": "task", "agent": "agents"}
GROUPS: Mapping[str, str | Promise] = {
    "team": gettext_lazy("By team"),
    "task": gettext_lazy("By task"),
    "agent": gettext_lazy("By agent"),
}

# A week has up to 168, which a template takes several times as long for.
CELL = (
    '<td title="%s"%s>%s%s<small><span class="visually-hidden">%s</span>'
    '<span aria-hidden="true">%s</span></small></td>'
)
# Tells what is usual in an hour.
Usual = Callable[[float | None, int], tuple[SafeString, SafeString]]
OF_OVER = SafeString(' class="is-over"')
OVER = SafeString('<span aria-hidden="true">▲</span>')
EMPTY = SafeString("<td></td>")


@dataclass(frozen=True, kw_only=True)
class LoadDay:
    """A day: how many are reserved in all, and its hours as cells of the table."""

    text: str
    reserved: SafeString
    cells: SafeString


@dataclass(frozen=True, kw_only=True)
class LoadRow:
    """A team, a task or an agent: its calls to come, and how many hours have more than usual.

    ``fullest`` is when it has most beside what is ``usual`` in that hour.
    """

    text: str
    code: str
    reserved: SafeString
    hours_over: str
    fullest: str
    fullest_link: SafeString
    usual: str
    is_over: bool


@dataclass(frozen=True, kw_only=True)
class LoadGroup:
    """The teams, tasks or agents with most calls to come."""

    title: str | Promise
    rows: Sequence[LoadRow]
    more: str


@dataclass(frozen=True, kw_only=True)
class LoadFigures:
    """The load ahead; ``over`` is the time that tells what is usual, ``hours_over`` of how many
    hours more is reserved than that.
    """

    template: ClassVar[str] = "appoints/insight/_load.html"
    reserved: SafeString
    hours_over: int
    over: str
    hours: Sequence[tuple[str, str]]
    days: Sequence[LoadDay]
    groups: Sequence[LoadGroup]


def load_figures(table: pl.DataFrame, asked: LoadRows, over: str, *, most: int) -> LoadFigures:
    """Return the lines of ``load_table`` in words; of each group the first ``most`` are shown."""
    query, zone, _teams = asked
    every = load_lines(table.filter(pl.col("by") == "all"))
    values = load_values(table).partition_by("by", as_dict=True)
    begins = [line.begin.astimezone(zone) for line in every]
    hours = range(min(x.hour for x in begins), max(x.hour for x in begins) + 1) if begins else []
    by_day = groupby(zip(begins, every, strict=True), key=lambda pair: pair[0].date())
    usual = cache(_usual)  # it is the same in many hours
    return LoadFigures(
        reserved=rows_link(sum(line.reserved for line in every), query),
        hours_over=sum(line.is_over for line in every),
        over=over,
        hours=[(f"{hour:02}", HOURS[str(hour)]) for hour in hours],
        days=[
            _day(day, {begin.hour: line for begin, line in own}, hours, query, usual)
            for day, own in by_day
        ],
        groups=[_group(by, values[by,], asked, most) for by in GROUPS if (by,) in values],
    )


def _day(
    day: date, lines: Mapping[int, LoadLine], hours: Sequence[int], query: Query, usual: Usual
) -> LoadDay:
    """Return the lines of a day, by their hours."""
    asked = query.but(preset="", begin=day, end=day)
    every_time = query.but(preset="", begin=None, end=None).urlencode()
    return LoadDay(
        text=_day_words(day),
        reserved=rows_link(sum(line.reserved for line in lines.values()), asked),
        cells=joined(
            _cell(lines[hour], every_time, usual) if hour in lines else EMPTY for hour in hours
        ),
    )


def _cell(line: LoadLine, every_time: str, usual: Usual) -> SafeString:
    """Return the calls of an hour, and below them what is called in it."""
    asked = f"{every_time}&from={milliseconds(line.begin)}&to={milliseconds(line.end)}"
    words, short = usual(line.usual, line.days)
    of_class, mark = (OF_OVER, OVER) if line.is_over else (NOTHING, NOTHING)
    reserved = rows_link(line.reserved, asked)
    return html(CELL, words, of_class, reserved, mark, words, short)


def _usual(usual: float | None, days: int) -> tuple[SafeString, SafeString]:
    """Return what is usual in an hour in words, and in short; a median has no rows of its own."""
    if usual is None:
        return escaped(_("No such hour is over in the range.")), DASH
    told = _number(usual)
    words = ngettext(
        "usually %(usual)s (%(days)s such hour)", "usually %(usual)s (%(days)s such hours)", days
    )
    return escaped(words % {"usual": told, "days": days}), escaped(told)


class LoadRows(NamedTuple):
    """The question for the calls to come, the zone of their times, and what asks for each team's:
    None where no address can.
    """

    query: Query
    zone: ZoneInfo
    teams: Mapping[str, Query | None]

    def asked(self, by: str, value: str | None) -> Query | None:
        """Return the question for the calls to come of one; None where no address can name it."""
        return self.teams[value or ""] if by == "team" else only(self.query, FIELDS[by], value)

    def row(self, of: Mapping[str, Any]) -> LoadRow:
        """Return a line of ``load_values`` in words."""
        value, asked = of["value"], self.asked(of["by"], of["value"])
        name = of["name"] or value or _("None")
        told = of["begin"].astimezone(self.zone)
        hour = asked and asked.but(preset="", begin=of["begin"], end=of["end"])
        return LoadRow(
            text=name,
            code=value if value and value != name else "",
            reserved=rows_link(of["total"], asked),
            hours_over=count(of["hours_over"]),  # hours, which no address lists
            fullest=f"{_day_words(told.date())} {told:%H:%M}{offset_if_twice(told)}",
            is_over=bool(of["is_over"]),
            fullest_link=rows_link(of["reserved"], hour),
            usual="" if of["usual"] is None else _number(of["usual"]),
        )


def _group(by: str, values: pl.DataFrame, asked: LoadRows, most: int) -> LoadGroup:
    rows = [asked.row(each) for each in values.head(most).iter_rows(named=True)]
    return LoadGroup(title=GROUPS[by], rows=rows, more=more_words(values.height - len(rows)))


def _day_words(day: date) -> str:
    return formatted(day, pgettext("day of a bar", "D j M"))


def _number(value: float) -> str:
    if value == round(value):
        return count(round(value))
    return str(number_format(value, 1, use_l10n=True))
