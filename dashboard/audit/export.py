"""The log as CSV."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from dashboard.audit.models import Event

COLUMNS = (
    "at", "person_id", "person", "address", "way", "action", "kind", "object_id", "name", "details",
)  # fmt: skip
# Where a spreadsheet begins a cell with a sign, it runs what follows.
MAY_RUN = re.compile(r'(^|[;\t\r\n])(?=["\s]*[=+\-@＝＋－＠])')


class _Line:
    def write(self, text: str) -> str:
        return text


def lines(events: Iterable[Event], zone: ZoneInfo) -> Iterator[str]:
    """Yield the header and a line for each event."""
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for event in events:
        yield writer.writerow(map(harmless, _cells(event, zone)))


def harmless(text: str) -> str:
    """Return text that no spreadsheet runs: an apostrophe stands before what it would."""
    return MAY_RUN.sub(r"\1'", text)


def _cells(event: Event, zone: ZoneInfo) -> Iterator[str]:
    yield event.at.astimezone(zone).isoformat(timespec="milliseconds")
    yield "" if event.person is None else str(event.person)
    yield event.actor
    yield event.address or ""
    yield event.way
    yield event.action
    yield event.kind
    yield event.object_id
    yield event.name
    yield json.dumps(event.details, ensure_ascii=False) if event.details else ""
