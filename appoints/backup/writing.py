"""Write a backup: one moment of the database, to a file that appears only once it is whole."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model

from appoints.backup.contents import BackupHeader, kept_models

AT_ONCE = 2000  # rows in memory
# What a server writes meanwhile neither waits nor shows; Django's own would lock SQLite.
BEGIN = {
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
}


class ExactEncoder(DjangoJSONEncoder):
    """Times to the microsecond; Django's own cut them to milliseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def write(path: Path) -> Counter[type[Model]]:
    """Write a backup, which its owner alone may read; return how many rows of each model it holds.

    Raises OSError and django.db.Error; a file of before is then as it was.
    """
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            with gzip.open(file, "wt", encoding="utf-8", newline="\n") as stream, _one_moment():
                stream.write(BackupHeader.of_settings().line())
                counts = Counter({each: _write_rows(each, stream) for each in kept_models()})
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return counts


def _write_rows(model: type[Model], stream: IO[str]) -> int:
    rows = model._base_manager.order_by("pk")
    # By name what has one, for the IDs of permissions differ between databases.
    serializers.serialize(
        "jsonl",
        rows.iterator(AT_ONCE),
        stream=stream,
        use_natural_foreign_keys=True,
        cls=ExactEncoder,
    )
    return rows.count()


@contextmanager
def _one_moment() -> Iterator[None]:
    """See the database as it is now until the end."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(BEGIN[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
