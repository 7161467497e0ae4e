"""What an event says of itself besides its fields, on one line."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext

from dashboard.audit.models import Event

LAST = ["before", "after"]  # of the details


def details(event: Event) -> str:
    """Return the details of an event as words: names with their values."""
    found = sorted(_flat(event.details), key=_place)
    return " · ".join(f"{name}: {_value(value)}" for name, value in found)


def _place(detail: tuple[str, Any]) -> int:
    # PostgreSQL keeps JSON in an order of its own.
    return 1 + LAST.index(detail[0]) if detail[0] in LAST else 0


def _flat(found: dict[str, Any]) -> list[tuple[str, Any]]:
    filters = found.get("filters")
    if not isinstance(filters, dict):
        return list(found.items())
    rest = [(name, value) for name, value in found.items() if name != "filters"]
    return [*filters.items(), *rest]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(
            name if of is None else f"{name} = {_value(of)}" for name, of in value.items()
        )
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, bool):
        return pgettext("flag", "yes") if value else pgettext("flag", "no")
    return str(value)
