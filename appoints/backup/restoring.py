"""Restore a backup into an empty database, all of it or nothing."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.core import serializers
from django.core.exceptions import FieldDoesNotExist
from django.core.management.color import no_style
from django.core.serializers.base import DeserializationError, DeserializedObject
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from appoints.backup.contents import BackupHeader, NoBackup, in_words, kept_models
from dashboard.accounts.roles import ROLES
from dashboard.audit.models import Event
from dashboard.database import is_migrated

AT_ONCE = 500  # events
BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError)


def restore(path: Path) -> tuple[Counter[type[Model]], list[str]]:
    """Restore a backup; return how many rows of each model it had, and warnings about keys.

    Raises NoBackup, OSError and django.db.Error; the database is then as it was.
    """
    check_empty()
    with _words_for_broken(), gzip.open(path, "rt", encoding="utf-8", newline="\n") as stream:
        header = BackupHeader.read(stream.readline())
        with transaction.atomic():
            _remove_roles()
            counts = _store(serializers.deserialize("jsonl", stream))
            connection.check_constraints()
            _reset_sequences()
    return counts, header.warnings()


def check_empty() -> None:
    """Raise NoBackup unless the database has just what migrate makes."""
    if not is_migrated():
        raise NoBackup("the database lacks migrations: run manage.py migrate first")
    counts = Counter({each: each._base_manager.count() for each in kept_models()})
    counts[Group] = Group.objects.exclude(name__in=ROLES).count()
    if counts.total():
        raise NoBackup(
            f"the database is not empty: it has {in_words(counts)}. Name a new one in"
            " DATABASE_URL, and run nothing but manage.py migrate on it before"
        )


def _remove_roles() -> None:
    """Remove what migrate made: the roles come with the IDs and permissions that they had."""
    Group.permissions.through._base_manager.all().delete()
    # Without the signal that tells the log.
    Group.objects.all()._raw_delete(connection.alias)


def _store(rows: Iterable[DeserializedObject]) -> Counter[type[Model]]:
    """Store rows as they were; the log is told of none. Return how many of each model."""
    counts: Counter[type[Model]] = Counter()
    events, kept = [], set(kept_models())
    for row in rows:
        model = type(row.object)
        if model not in kept:
            raise NoBackup(f"it holds {model._meta.label}, which no backup does")
        if model is Event:
            events.append(row.object)
        else:
            # At once, for the next row may name it.
            _store_row(row)
        counts[model] += 1
        if len(events) == AT_ONCE:
            Event.objects.bulk_create(events)
            events.clear()
    Event.objects.bulk_create(events)
    return counts


def _store_row(row: DeserializedObject) -> None:
    links = row.m2m_data or {}
    # Not in bulk, which would set anew when a row was created and changed.
    row.save(save_m2m=False)
    for name, others in links.items():
        _link(row.object, name, others)


def _link(instance: Model, name: str, others: Iterable[Any]) -> None:
    field: Any = instance._meta.get_field(name)
    through = field.remote_field.through
    own, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    through._base_manager.bulk_create(through(**{own: instance.pk, other: pk}) for pk in others)


def _reset_sequences() -> None:
    """Let new rows begin after those that came with their IDs."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(statement)


@contextmanager
def _words_for_broken() -> Iterator[None]:
    """Raise NoBackup for what a broken file, or one of another release, raises."""
    try:
        yield
    except BROKEN:
        raise NoBackup("it is damaged, cut short or no backup") from None
    except DeserializationError as error:
        # Other messages quote what stands in the file.
        unknown_field = isinstance(error.__cause__, FieldDoesNotExist)
        named = unknown_field or str(error).startswith("Invalid model identifier")
        words = f": {error}" if named else ""
        raise NoBackup(f"it is damaged, or of another set-up or release{words}") from None
    except DatabaseError as error:
        # The first line alone, for PostgreSQL's next ones quote the row.
        words = str(error).partition("\n")[0]
        raise NoBackup(f"the database refuses it: {words}") from None
