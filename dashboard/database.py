"""The dashboard's own database: which trouble an error comes from, and what to say of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.db import Error, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Trouble(NamedTuple):
    """``retry_after`` is in seconds."""

    title: str | Promise
    advice: str | Promise
    retry_after: int


TROUBLES = {
    "down": Trouble(
        _("The dashboard's database does not answer."),
        _(
            "iSales and what you asked are not to blame. Try again in a few seconds; if it stays, "
            "an administrator should see whether the database runs."
        ),
        5,
    ),
    "locked": Trouble(
        _("The dashboard's database is locked."),
        _(
            "Somebody else holds it for long. Try again in a few seconds; if it stays, an "
            "administrator should see what holds the database."
        ),
        5,
    ),
    "full": Trouble(
        _("The dashboard's database is full."),
        _("Nothing can be stored until an administrator makes room on its disk."),
        60,
    ),
    "read-only": Trouble(
        _("The dashboard's database takes nothing: it is read-only."),
        _("An administrator should make it writable, or name another in DATABASE_URL."),
        60,
    ),
    "unmigrated": Trouble(
        _("The dashboard's database lacks what this release needs."),
        _("An administrator should run “manage.py migrate”."),
        60,
    ),
}
# SQLite's result names and PostgreSQL's codes, matched by their beginning.
_KINDS = {
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_FULL": "full",
    "SQLITE_IOERR_SHMSIZE": "full",  # no room for the index beside the write-ahead log
    "SQLITE_READONLY": "read-only",
    "SQLITE_CORRUPT": "down",
    "SQLITE_NOTADB": "down",
    "SQLITE_ERROR": "",  # in an SQL statement: a defect, not trouble
    "53100": "full",
    "55P03": "locked",
    "40P01": "locked",
    "57014": "locked",
    "25006": "read-only",
    "42P01": "unmigrated",
    "42703": "unmigrated",
}


def kind_of(error: BaseException | None) -> str:
    """Return the key of TROUBLES that caused an error, or an empty string."""
    found = _database_error(error)
    return _kind(found) if found else ""


def _database_error(error: BaseException | None) -> Error | None:
    return next((each for each in _chain(error) if isinstance(each, Error)), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _kind(error: Error) -> str:
    driver: Any = error.__cause__
    code = getattr(driver, "sqlite_errorname", None) or getattr(driver, "sqlstate", None) or ""
    if code == "SQLITE_ERROR" and str(error).startswith(("no such table", "no such column")):
        return "unmigrated"
    known = next((kind for prefix, kind in _KINDS.items() if code.startswith(prefix)), None)
    if known is not None:
        return known
    return "down" if isinstance(error, OperationalError | InterfaceError) else ""


class OneLine(logging.Filter):
    """Log database trouble in one line: a traceback per request would bury everything else."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if kind := kind_of(error):
            cause = str(_database_error(error)).partition("\n")[0]
            record.msg, record.args = f"{record.getMessage()} (database {kind}: {cause})", ()
            record.exc_info = None
        return True


def is_migrated() -> bool:
    """Tell whether the database has every migration of this release. Raises django.db.Error."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def remember_file(connection: Any, **_about: object) -> None:
    """Keep in mind which file of SQLite a connection has opened."""
    connection.opened_file = _file_of(connection)


def close_moved(**_about: object) -> None:
    """Close a connection to a file of SQLite that is no longer at its path.

    It was moved away, or a backup took its place: what is written to it would be lost.
    """
    opened = getattr(connection, "opened_file", None)
    if connection.connection is not None and opened and opened != _file_of(connection):
        connection.close()


def _file_of(connection: Any) -> tuple[int, int] | None:
    """Return what identifies the file at the path of a database; None where there is none."""
    if connection.vendor != "sqlite":
        return None
    try:
        status = Path(connection.settings_dict["NAME"]).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
