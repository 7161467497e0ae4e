from __future__ import annotations

from collections.abc import Iterator

from django.db import Error

from appoints.doctor import calls, messages, services, set_up, storage
from appoints.doctor.finding import Finding, Grade


def examine() -> Iterator[Finding]:
    """Look at everything; at what the database holds only where that works."""
    yield from set_up.look()
    yield from storage.look_at_disks()
    yield from services.look()
    database = storage.look_at_database()
    yield database
    if database.grade is not Grade.OK:
        return
    try:
        yield storage.look_at_secrets()
        yield from set_up.system_checks()
        yield storage.look_at_leftovers()
        yield from messages.look()
        yield from services.look_at_webhooks()
        yield from calls.look()
    except Error as error:
        yield storage.trouble(error)
