"""The database, what is encrypted in it, and the disk."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db import Error, connection, transaction
from django.utils import timezone

from appoints.alerts.models import Rule
from appoints.connections.models import Connection
from appoints.doctor.finding import Finding, ok, warning, wrong
from appoints.encryption import WrongKey
from appoints.isales.secret import Secret
from appoints.saved_views.models import SavedView
from dashboard.accounts import retention as accounts
from dashboard.audit import retention as audit
from dashboard.database import TROUBLES, is_migrated, kind_of

ROOT = Path(__file__).resolve().parents[2]
LITTLE, TOO_LITTLE = 2**30, 100 * 2**20  # bytes that are free
MEBIBYTE = 2**20
UNSWEPT = timedelta(days=2)
# To whom TROUBLES sends people.
ADVICE = {
    "down": "See whether it runs and DATABASE_URL names it; with SQLite, whether its folder takes"
    " files, which one that is read-only or full does not.",
    "locked": "See who holds it: a shell amid a transaction, or another program.",
    "full": "Make room on its disk.",
    "read-only": "Make it and its folder writable for this account.",
    "unmigrated": "Run manage.py migrate.",
}


def look_at_database() -> Finding:
    """Tell whether the database answers, takes rows and has every migration."""
    try:
        if not is_migrated():
            return _said("unmigrated")
        with transaction.atomic():
            return _look_at_sqlite() if connection.vendor == "sqlite" else _look_at_postgresql()
    except Error as error:
        return trouble(error)


def _look_at_sqlite() -> Finding:
    begins = connection.settings_dict["OPTIONS"].get("transaction_mode", "DEFERRED")
    journal = _first("PRAGMA journal_mode")
    if begins != "IMMEDIATE" or journal != "wal":
        words = f"SQLite begins {begins} and journals by {journal}: workers lock each other out."
        advice = "Name nothing but the file in DATABASE_URL, on a disk of this machine."
        return wrong("database", words, advice)
    with connection.cursor() as cursor:
        # SQLite lets one who writes begin on a file that may only be read, and refuses this.
        cursor.execute("DELETE FROM django_migrations WHERE 0")
    return ok("database", "SQLite answers, takes rows and has every migration.")


def _look_at_postgresql() -> Finding:
    if _first("SHOW transaction_read_only") == "on":
        return _said("read-only")
    return ok("database", "PostgreSQL answers, takes rows and has every migration.")


def _first(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])


def trouble(error: Error) -> Finding:
    """Say what an error means; its own words may name the address with a password."""
    return _said(kind_of(error) or "down")


def _said(kind: str) -> Finding:
    return wrong("database", str(TROUBLES[kind].title), ADVICE[kind])


def look_at_secrets() -> Finding:
    """Tell whether the keys in force open all that is stored encrypted."""
    secrets = Connection.objects.values_list("slug", "secret_key")
    lost = [f"the secret key of {slug}" for slug, secret in secrets if not _opens(secret)]
    views = [view.query for view in SavedView.objects.only("sealed").iterator()]
    if closed := views.count(None):
        lost.append(f"{closed} saved view{'s' if closed > 1 else ''}")
    rules = [rule.query for rule in Rule.objects.only("sealed").iterator()]
    if closed := rules.count(None):
        lost.append(
            f"{closed} alert{'s' if closed > 1 else ''} or report{'s' if closed > 1 else ''}"
        )
    if lost:
        words = f"none of them opens {', '.join(lost)}."
        advice = (
            "Put back the key that these were stored under; or store a secret key anew:"
            " manage.py connection NAME --secret-key-file PATH."
        )
        return wrong("CREDENTIAL_KEYS", words, advice)
    return ok(
        "CREDENTIAL_KEYS", f"they open all: secret keys {len(secrets)}, saved views {len(views)}."
    )


def look_at_leftovers() -> Finding:
    """Tell whether what purge drops is gone; what uses the database sweeps its results itself."""
    then = timezone.now() - UNSWEPT
    found = [*accounts.past(then), audit.past(then)]
    counts = {str(each.model._meta.verbose_name_plural): each.count() for each in found}
    left = ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)
    if left:
        words = f"not done for more than two days: {left} are past their time."
        return warning("purge", words, "Run manage.py purge each day, by cron or a timer.")
    return ok("purge", "nothing is two days past its time.")


def _opens(secret: Secret) -> bool:
    try:
        secret.reveal()
    except WrongKey:
        return False
    return True


def look_at_disks() -> Iterator[Finding]:
    """Tell how much room the database's disk and that of temporary files have."""
    folders = {"temporary files": Path(tempfile.gettempdir()), "this directory": ROOT}
    if connection.vendor == "sqlite":
        folders["database"] = Path(str(connection.settings_dict["NAME"])).resolve().parent
        del folders["this directory"]
    for name, folder in folders.items():
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            yield wrong(
                "disk", f"{name} ({folder}): {error.strerror}.", "Make it, or name another."
            )
            continue
        words = f"{free // MEBIBYTE:,} MiB free for {name} ({folder})."
        if free >= LITTLE:
            yield ok("disk", words)
        else:
            grade = warning if free >= TOO_LITTLE else wrong
            yield grade("disk", words, "Make room: manage.py purge drops what is past its time.")
