"""PostgreSQL: TRUNCATE passes no row by the trigger of 0002; a trigger of the statement refuses it too."""

from django.db import migrations

MESSAGE = "Le journal ne se modifie pas."

POSTGRES = f"""
CREATE FUNCTION ground_journal_is_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON ground_journalentry
FOR EACH STATEMENT EXECUTE FUNCTION ground_journal_is_never_emptied();
"""


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER journal_no_truncate ON ground_journalentry")
        schema_editor.execute("DROP FUNCTION ground_journal_is_never_emptied()")


class Migration(migrations.Migration):
    dependencies = [("ground", "0003_worker_beats")]
    operations = [migrations.RunPython(forwards, backwards)]
