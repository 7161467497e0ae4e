"""Migrations after the first only add, so that the release before runs on the new tables."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

OURS = {
    config.label
    for config in apps.get_app_configs()
    if config.name.startswith(("appoints", "dashboard"))
}
ADDING = (
    operations.CreateModel,
    operations.AddField,
    operations.AddIndex,
    operations.RunPython,
    operations.RunSQL,
    operations.AlterModelOptions,
    operations.AlterModelManagers,
)
LOADER = MigrationLoader(None)
LATER = [
    migration
    for (label, name), migration in sorted(LOADER.disk_migrations.items())
    if label in OURS and not name.startswith("0001")
]


def name_of(migration: Migration) -> str:
    return f"{migration.app_label}.{migration.name}"


def may_be_left_out(field: models.Field) -> bool:
    """Whether a row can be written by who does not know the field."""
    return field.null or field.has_db_default() or field.many_to_many


def columns(field: models.Field) -> tuple[object, ...]:
    """What the database knows of a field."""
    _, path, arguments, options = field.deconstruct()
    kept = {name: value for name, value in options.items() if name not in field.non_db_attrs}
    return path, arguments, kept


def is_harmless(migration: Migration, operation: operations.base.Operation) -> bool:
    if not isinstance(operation, operations.AlterField):
        return isinstance(operation, ADDING)
    node = (migration.app_label, migration.name)
    before = LOADER.project_state(node, at_end=False).models
    old = before[migration.app_label, operation.model_name_lower].fields[operation.name]
    return columns(old) == columns(operation.field)


@pytest.mark.parametrize("migration", LATER, ids=name_of)
def test_a_migration_takes_nothing_away(migration: Migration) -> None:
    assert [each for each in migration.operations if not is_harmless(migration, each)] == []


@pytest.mark.parametrize("migration", LATER, ids=name_of)
def test_the_release_before_can_write_rows_without_a_new_field(migration: Migration) -> None:
    added = [each for each in migration.operations if isinstance(each, operations.AddField)]
    assert [each.name for each in added if not may_be_left_out(each.field)] == []
