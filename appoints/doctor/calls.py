"""The connections to iSales, each asked once where it may be asked."""

from __future__ import annotations

from collections.abc import Iterator

from appoints.connections.check import CLOCKS_DIFFER, check_page
from appoints.connections.models import Connection
from appoints.doctor.finding import Finding, ok, warning, wrong
from appoints.encryption import WrongKey


def look() -> Iterator[Finding]:
    """Send one signed request over each connection that is active, not at rest and not quiet."""
    connections = list(Connection.objects.all())
    if not connections:
        advice = "Store one: manage.py connection --help."
        yield warning("connections", "none, so that nobody sees a call.", advice)
    for connection in connections:
        yield from _look_at(connection)


def _look_at(connection: Connection) -> Iterator[Finding]:
    subject = f"connection {connection.slug}"
    check = f"manage.py check_connection {connection.slug}"
    if not connection.active:
        yield ok(subject, "not active: nobody sees it. Not asked.")
    elif connection.resting:
        words = f"at rest, {connection.get_resting_display()}: nothing is fetched. Not asked."
        yield wrong(
            subject, words, f"Mend what was refused (keys, VDN, this address), then {check}."
        )
    elif left := connection.quiet_left():
        words = f"iSales wants no call for {left.total_seconds():.0f} s. Not asked."
        yield warning(subject, words, "Wait; if it comes again, lower --max-per-second.")
    else:
        yield from _ask(connection, subject)


def _ask(connection: Connection, subject: str) -> Iterator[Finding]:
    try:
        verdict = check_page(connection)
    except WrongKey as error:
        yield wrong(subject, f"not asked. {error}", "")
        return
    words = " ".join(verdict.words)
    if not verdict.ok:
        yield wrong(subject, words, "")
        return
    yield ok(subject, f"{words} Nothing more was asked.")
    yield _clock(connection, verdict.ahead)


def _clock(connection: Connection, ahead: float | None) -> Finding:
    subject = f"clock against {connection.slug}"
    if ahead is None:
        return warning(subject, "iSales sent no Date.", "See that this machine keeps time by NTP.")
    words = f"this machine is {abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead'}."
    if abs(ahead) > CLOCKS_DIFFER:
        advice = "Set the clocks of both by NTP: a wrong one makes every signature wrong."
        return warning(subject, words, advice)
    return ok(subject, words)
