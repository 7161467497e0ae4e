"""What somebody asks: an immutable value, the same thing as its address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Self
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

from appoints.query import presets
from appoints.query.filters import FILTERS, NAMES, PARAMETERS, Parameters
from appoints.query.lists import as_line, written
from appoints.query.time_range import Window, moment

PLAIN = re.compile(r"[A-Za-z0-9_.~:,-]*\Z")  # what addresses have as it is
DEFAULT_SORT = "appoint_time"
STATES = ("overdue", "due", "upcoming", "calling", "reached", "failed", "unknown")
OPEN = ("upcoming", "due", "overdue")  # states in which no call is known yet
# What an open reservation repeats: others that are open, a call that reached the number, or both.
REPEATS = ("open", "reached", "both", "unknown")

# How an address has values of a kind.
WRITTEN = {"words": written, "word": written, "number": as_line}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Parameters):
    """A question about reserved calls."""

    def params(self) -> Iterator[tuple[str, str]]:
        """Yield the address's parameters; what has its default value is left out."""
        for name, value, default in zip(DEFAULTS, FIELDS(self), DEFAULTS.values(), strict=True):
            # Most fields have the very object; to compare values takes several times as long.
            if value is default or value == default or (name == "agents" and self.agent_list):
                continue
            for each in _separate(name, value):
                yield NAMES[name], _written(each)

    def urlencode(self) -> str:
        """Return the query string."""
        return "&".join(f"{name}={_quoted(value)}" for name, value in self.params())

    def but(self, **changes: Any) -> Self:
        """Return the question with some fields changed, from its first page on."""
        # Other agents are not those of the list.
        listed = {"agent_list": ""} if "agents" in changes else {}
        made = object.__new__(type(self))
        # A page has a link for each figure: what dataclasses offer takes ten times as long.
        for put, value in zip(PUT.values(), FIELDS(self), strict=True):
            put(made, value)
        for name, value in {"page": 1, **listed, **changes}.items():
            PUT[name](made, value)
        return made

    def only(self, name: str, value: str | None) -> Self:
        """Return the question for rows of one value of a field; None asks for those without."""
        rest = tuple(each for each in self.without if each != NAMES[name])
        if value is None:
            return self.but(**{name: DEFAULTS[name]}, without=(*rest, NAMES[name]))
        several = isinstance(DEFAULTS[name], tuple)
        return self.but(**{name: (value,) if several else value}, without=rest)

    def leaving_out(self, *names: str) -> Self:
        """Return the question without the filters of some fields."""
        params = [NAMES[name] for name in names]
        rest = tuple(each for each in self.without if each not in params)
        return self.but(**{name: DEFAULTS[name] for name in names}, without=rest)

    def lacks(self, name: str) -> bool:
        """Tell whether rows without a value of the field are asked for."""
        return NAMES[name] in self.without

    def upstream(self) -> Query:
        """Return the part that iSales itself can filter by, whatever the time."""
        if self.compares_rows:
            return BLANK
        known = [name for name, each in FILTERS.items() if not each.needs_whole]
        names = [name for name in known if not self.lacks(name)]
        return BLANK.but(**{name: getattr(self, name) for name in names})

    @property
    def of_range(self) -> Query:
        """The question for every row of the range."""
        names = ("connection", "preset", "begin", "end", "zone")
        return BLANK.but(**{name: getattr(self, name) for name in names})

    @property
    def compares_rows(self) -> bool:
        """Whether a filter compares rows with all others, of any agent, number and task."""
        return bool(self.repeats) or self.lacks("repeats")

    def window(self, now: datetime, zone: ZoneInfo, *, overdue_days: int) -> Window:
        """Return the window of reserved times that is asked for, at the aware moment ``now``."""
        if self.preset:
            return presets.resolve(self.preset, now, zone, overdue_days=overdue_days)
        begin = None if self.begin is None else moment(self.begin, zone)
        return Window(begin, None if self.end is None else moment(self.end, zone, end=True))

    def wanted_states(self) -> tuple[str, ...]:
        """Return the states to show, which the preset ``overdue`` names too; empty is all."""
        return self.states or (("overdue",) if self.preset == presets.OVERDUE else ())

    def wanted(self, name: str) -> Any:
        """Return what a filter asks for: the value of its field, or what the preset says of it."""
        return self.wanted_states() if name == "states" else getattr(self, name)

    def local(self) -> list[str]:
        """Return the address's names of what iSales cannot do."""
        names = [
            each.name
            for name, each in PARAMETERS.items()
            if each.needs_whole and getattr(self, name) != DEFAULTS[name]
        ]
        return [*(["preset"] if self.preset == presets.OVERDUE else []), *names]


DEFAULTS: Mapping[str, Any] = {field.name: field.default for field in fields(Query)}
FIELDS = attrgetter(*DEFAULTS)
BLANK = Query()
PUT: Mapping[str, Callable[[Query, Any], None]] = {
    name: getattr(Parameters, name).__set__ for name in DEFAULTS
}


def _separate(name: str, value: Any) -> tuple[Any, ...]:
    """Return the values that stand as parameters of their own; a long list of agents is one."""
    parameter = PARAMETERS[name]
    values = value if isinstance(value, tuple) else (value,)
    if parameter.kind in WRITTEN:
        values = tuple(map(WRITTEN[parameter.kind], values))
    return (",".join(values),) if parameter.one_list else values


def _quoted(value: str) -> str:
    return value if PLAIN.match(value) else quote_plus(value, safe=",:")


def _written(value: object) -> str:
    if value is True:
        return "1"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
