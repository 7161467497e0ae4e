"""What somebody asks: an immutable value, the same thing as its address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from . import presets
from .moments import Bound, Window, moment

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
    "text": "q",
    "sort": "sort",
    "page": "page",
    "per_page": "per_page",
    "zone": "tz",
    "view": "view",
}
# What iSales cannot do, so that it needs every row at hand.
LOCAL = ("states", "late", "call_type", "causes", "cause_groups", "text", "sort")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question about reserved calls.

    ``begin`` and ``end`` are kept as written; they and ``preset`` exclude each other. ``sort`` is a
    column name, ``-`` first for descending; ``zone`` an IANA name, empty for the viewer's own.
    ``agent_list`` is the slug under which ``agents`` are stored, where they are too many for an
    address. ``view`` is the saved view that the question came from: it changes no row.
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
        return (",".join(value),)
    return value if isinstance(value, tuple) else (value,)


def _written(value: object) -> str:
    if value is True:
        return "1"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
