"""Triggers by which the database itself refuses to change what is in the log.

SQLite refuses changes only: Django empties its tables with the same DELETE that a trigger would
refuse, and whoever has the file can do anything to it.
"""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('audit.purge', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_event_refuse BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_refuse();
"""
POSTGRESQL_BACK = """
DROP TRIGGER audit_event_refuse ON audit_event;
DROP FUNCTION audit_event_refuse();
"""
SQLITE = """
CREATE TRIGGER audit_event_refuse BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END
"""
SQLITE_BACK = "DROP TRIGGER audit_event_refuse"


def put_up(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRESQL if postgresql else SQLITE)


def take_down(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRESQL_BACK if postgresql else SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_append_only_log")]
    operations = [migrations.RunPython(put_up, take_down)]
