"""A simulated call centre: each reservation follows from the seed, its number and the clock."""

from __future__ import annotations

import bisect
import math
import random
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cached_property
from typing import NamedTuple
from zlib import crc32

from .names import AGENTS, BUSINESS, ENDINGS, SUCCESS, TASKS, Agent, Task
from .oddities import odd_rows
from .row import DAY, HOUR, MINUTE, SECOND, Row, epoch

CENTRE_TIME = timezone(timedelta(hours=8))
OPENS, CLOSES = 8, 19  # local hours
PAST_DAYS, FUTURE_DAYS = 30, 14
WEEKEND = 0.4  # of the reservations of a weekday
NOW_SHARE = 0.35  # of today's: around the start
SLOTS = range(OPENS * HOUR, CLOSES * HOUR, 5 * MINUTE)  # of a day's reservations
SHORTEST, LONGEST = 6 * MINUTE, FUTURE_DAYS * DAY  # between booking and reserved time
ODD_EVERY = 29  # rows
WITHOUT_ID = 997  # one in so many has none


class Plan(NamedTuple):
    """A reservation's whole life, in epoch milliseconds; ``begin`` is None if nobody calls."""

    order: int
    id: str
    booked: int
    reserved: int
    automatic: bool
    agent: Agent
    task: Task
    number: str
    begin: int | None
    end: int
    ending: tuple[str, str]
    business: str

    def at(self, now: int) -> Row:
        """Return the row as the API lists it at a moment."""
        row: Row = {
            "appointId": self.id,
            "callType": "2" if self.automatic else "1",
            "appointTime": self.reserved,
            "calledNo": self.number,
            "taskId": self.task.id,
            "taskName": self.task.name,
            "taskStatus": self.task.status,
            "timeout": now >= self.reserved or (self.begin is not None and now >= self.begin),
            "userAccount": self.agent.shown,
            "userName": self.agent.name,
            "callFlag": "0",
            "createTime": self.booked,
        }
        if not self.id:
            del row["appointId"]
        if self.begin is not None and now >= self.begin:
            row |= {"beginTime": self.begin, "callFlag": "1", "callerNo": "710002"}
            if now >= self.end:
                code, result = self.ending
                row |= {"endTime": self.end, "callFlag": "2", "failCode": code, "result": result}
                row["busiResult"] = self.business
        return row


class Centre:
    """``rows`` reservations at ``start``, and more being booked as time goes on.

    Days are alike, but for weekends: those past, those to come, and those that nobody has seen yet.
    """

    def __init__(self, rows: int, seed: int, start: datetime, zone: tzinfo = CENTRE_TIME) -> None:
        self.rows = rows
        self.seed = seed
        self.start = epoch(start)
        midnight = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        self.today, self.weekday = epoch(midnight), midnight.weekday()
        self.odd = odd_rows(start)
        self.first = max(0, rows - len(self.odd))
        self.days = range(-PAST_DAYS, FUTURE_DAYS)
        self.weights = [self._weight(day) for day in self.days]
        self.number = rows
        self.next_day = 0

    @cached_property
    def plans(self) -> list[Plan]:
        """The reservations that are booked at the start, and those that followed, in order."""
        return sorted(self._first(number) for number in range(self.first))

    @cached_property
    def a_weekday(self) -> float:
        """The reservations of a weekday in the end."""
        return self.first / sum(map(self._shown, self.days))

    def visible(self, now: datetime) -> list[Plan | Row]:
        """Return everything booked by a moment, in iSales' own order."""
        moment = epoch(now)
        while self.today + self.next_day * DAY <= moment + LONGEST:
            for plan in self._booked_later(self.next_day):
                bisect.insort(self.plans, plan)
            self.next_day += 1
        found: list[Plan | Row] = [plan for plan in self.plans if plan.booked <= moment]
        for number, row in enumerate(self.odd):
            found.insert(number * ODD_EVERY, row)
        return found

    def _weight(self, day: int) -> float:
        """Return a day's reservations in the end, as a share of a weekday's."""
        return WEEKEND if (self.weekday + day) % 7 >= 5 else 1.0

    def _shown(self, day: int) -> float:
        """Return a day's reservations that are booked at the start, as a share of a weekday's."""
        gaps = [self.today + day * DAY + slot - self.start for slot in SLOTS]
        return self._weight(day) * sum(1 - _booked_within(gap) for gap in gaps) / len(gaps)

    def _first(self, number: int) -> Plan:
        """Return one of the reservations that are booked at the start."""
        dice = random.Random(f"{self.seed}:{number}")  # noqa: S311 no secret
        while True:
            day = dice.choices(self.days, self.weights)[0]
            if day == 0 and dice.random() < NOW_SHARE:
                # Somebody works at any hour, so that a demo at night has calls that fall due.
                reserved = self.start + dice.randint(-60, 180) * MINUTE
                return self._plan(
                    number, self.start - dice.randint(70, 600) * MINUTE, reserved, dice
                )
            reserved = self.today + day * DAY + dice.choice(SLOTS)
            later = _booked_within(reserved - self.start)
            if dice.random() >= later:
                return self._plan(number, reserved - _lead(dice.uniform(later, 1)), reserved, dice)

    def _booked_later(self, day: int) -> list[Plan]:
        """Return a day's reservations that are booked after the start."""
        dice = random.Random(f"{self.seed}:day:{day}")  # noqa: S311 no secret
        found = []
        for _ in range(int(self.a_weekday * self._weight(day) + dice.random())):
            reserved = self.today + day * DAY + dice.choice(SLOTS)
            booked = reserved - _lead(dice.random())
            if booked > self.start:
                found.append(self._plan(self.number, booked, reserved, dice))
                self.number += 1
        return found

    def _plan(self, number: int, booked: int, reserved: int, dice: random.Random) -> Plan:
        task = dice.choice(TASKS)
        automatic = dice.random() < task.automatic
        code, result, _, longest = dice.choices(ENDINGS, [ending[2] for ending in ENDINGS])[0]
        begin = _begin(reserved, automatic, dice)
        end = (begin or reserved) + dice.randint(1, longest) * SECOND
        name = f"{reserved // SECOND}{dice.randrange(10**20):020d}"
        return Plan(
            order=crc32(f"{self.seed}:{number}".encode()),
            id="" if number % WITHOUT_ID == WITHOUT_ID - 1 else name,
            booked=booked,
            reserved=reserved,
            automatic=automatic,
            agent=AGENTS[min(dice.randrange(len(AGENTS)), dice.randrange(len(AGENTS) + 6))],
            task=task,
            number=_number(dice),
            begin=begin,
            end=end,
            ending=(code, result),
            business=dice.choice(BUSINESS[code == SUCCESS]),
        )


def _lead(chance: float) -> int:
    """Return how long before its time a call is booked: most of them shortly."""
    return SHORTEST + round((LONGEST - SHORTEST) * chance**3)


def _booked_within(gap: int) -> float:
    """Return the share of calls that are booked less than this before their time."""
    share = min(1.0, max(0.0, (gap - SHORTEST) / (LONGEST - SHORTEST)))
    return math.cbrt(share)


def _begin(reserved: int, automatic: bool, dice: random.Random) -> int | None:
    """Return when the call is made: agents forget more often than the platform does."""
    chance = dice.random()
    if automatic:
        return reserved + dice.randint(-10, 120) * SECOND if chance < 0.95 else None
    if chance < 0.22:
        return None
    if chance < 0.4:
        return reserved + dice.randint(6, 90) * MINUTE
    return reserved + dice.randint(-30, 280) * SECOND


def _number(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.1:
        return f"+86138{dice.randrange(10**8):08d}"
    if kind < 0.15:
        return f"+5511{dice.randrange(10**9):09d}"
    if kind < 0.3:
        return f"010{dice.randrange(10**8):08d}"
    if kind < 0.45:
        return f"1390000{dice.randrange(200):04d}"  # customers who are called again
    return f"13{dice.randrange(10**9):09d}"
