"""What somebody asks: an immutable value, the same thing as its address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from appoints.query import presets
from appoints.query.lists import written
from appoints.query.time_range import Bound, Window, moment

DEFAULT_SORT = "appoint_time"
PER_PAGE = (25, 50, 100, 200)
STATES = ("overdue", "due", "upcoming", "calling", "reached", "failed", "unknown")

# The name of each field in addresses, in the order in which addresses list them.
NAMES = {
    "connection": "connection",
    "preset": "preset",
    "begin": "from",
    "end": "to",
    "agents": "agent",
    "agent_list": "agent_list",
    "number": "number",
    "task": "task",
    "states": "state",
    "late": "late",
    "call_type": "call_type",
    "causes": "cause",
    "cause_groups": "cause_group",
    "without": "without",
    "text": "q",
    "sort": "sort",
    "page": "page",
    "per_page": "per_page",
    "zone": "tz",
    "view": "view",
}
# What iSales cannot do, so that it needs every row at hand.
LOCAL = ("states", "late", "call_type", "causes", "cause_groups", "without", "text", "sort")
# The column of each field whose value a row may lack, which ``without`` asks for.
LACKED = {
    "agents": "agent",
    "number": "called_no",
    "task": "task_id",
    "call_type": "call_type",
    "causes": "fail_code",
    "cause_groups": "fail_group",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question about reserved calls.

    ``begin`` and ``end`` are kept as written; they and ``preset`` exclude each other. ``sort`` is a
    column name, ``-`` first for descending; ``zone`` an IANA name, empty for the viewer's own.
    ``agent_list`` is the slug under which ``agents`` are stored, where they are too many for an
    address. ``without`` names what rows may lack: they are asked for beside those of the values
    chosen. ``view`` is the saved view that the question came from: it changes no row.
    """

    connection: str = ""
    preset: str = ""
    begin: Bound | None = None
    end: Bound | None = None
    agents: tuple[str, ...] = ()
    agent_list: str = ""
    number: str = ""
    task: str = ""
    states: tuple[str, ...] = ()
    late: bool = False
    call_type: str = ""
    causes: tuple[str, ...] = ()
    cause_groups: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    text: str = ""
    sort: str = ""
    page: int = 1
    per_page: int = 50
    zone: str = ""
    view: str = ""

    def params(self) -> Iterator[tuple[str, str]]:
        """Yield the address's parameters; what has its default value is left out."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "agents" and self.agent_list:
                continue
            if value != field.default:
                for each in _separate(field.name, value):
                    yield NAMES[field.name], _written(each)

    def urlencode(self) -> str:
        """Return the query string."""
        return urlencode(list(self.params()), safe=",:")

    def but(self, **changes: Any) -> Self:
        """Return the question with some fields changed, from its first page on."""
        # Other agents are not those of the list.
        listed = {"agent_list": ""} if "agents" in changes else {}
        return replace(self, **{"page": 1, **listed, **changes})

    def only(self, name: str, value: str | None) -> Self:
        """Return the question for rows of one value of a field; None asks for those without."""
        bare = self.leaving_out(name)
        if value is None:
            return bare.but(without=(*bare.without, NAMES[name]))
        several = isinstance(getattr(self, name), tuple)
        return bare.but(**{name: (value,) if several else value})

    def leaving_out(self, *names: str) -> Self:
        """Return the question without the filters of some fields."""
        blank, params = Query(), [NAMES[name] for name in names]
        rest = tuple(each for each in self.without if each not in params)
        return self.but(**{name: getattr(blank, name) for name in names}, without=rest)

    def lacks(self, name: str) -> bool:
        """Tell whether rows without a value of the field are asked for."""
        return NAMES[name] in self.without

    def upstream(self) -> Query:
        """Return the part that iSales itself can filter by, whatever the time."""
        names = [name for name in ("agents", "number", "task") if not self.lacks(name)]
        return Query(**{name: getattr(self, name) for name in names})

    def window(self, now: datetime, zone: ZoneInfo, *, overdue_days: int) -> Window:
        """Return the window of reserved times that is asked for, at the aware moment ``now``."""
        if self.preset:
            return presets.resolve(self.preset, now, zone, overdue_days=overdue_days)
        begin = None if self.begin is None else moment(self.begin, zone)
        return Window(begin, None if self.end is None else moment(self.end, zone, end=True))

    def wanted_states(self) -> tuple[str, ...]:
        """Return the states to show, which the preset ``overdue`` names too; empty is all."""
        return self.states or (("overdue",) if self.preset == presets.OVERDUE else ())

    def local(self) -> list[str]:
        """Return the address's names of what iSales cannot do."""
        default = Query()
        names = [NAMES[name] for name in LOCAL if getattr(self, name) != getattr(default, name)]
        return [*(["preset"] if self.preset == presets.OVERDUE else []), *names]


def _separate(name: str, value: Any) -> tuple[Any, ...]:
    """Return the values that stand as parameters of their own; a long list of agents is one."""
    if name == "agents":
        return (",".join(map(written, value)),)
    if name == "causes":
        return tuple(map(written, value))
    if name in ("number", "task"):
        return (written(value),)
    return value if isinstance(value, tuple) else (value,)


def _written(value: object) -> str:
    if value is True:
        return "1"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
