"""The database itself refuses to change or delete an entry of the journal, sealing apart."""

from django.db import migrations

CONTENT = ["id", "at", "account", "role", "action", "patient", "subject", "subject_id", "reason"]
MESSAGE = "Le journal ne se modifie pas."

POSTGRES = f"""
CREATE FUNCTION ground_journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.seq IS NULL
     AND ({", ".join(f"OLD.{c}" for c in CONTENT)}) IS NOT DISTINCT FROM ({", ".join(f"NEW.{c}" for c in CONTENT)})
  THEN RETURN NEW; END IF;
  RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON ground_journalentry
FOR EACH ROW EXECUTE FUNCTION ground_journal_is_append_only();
"""
SQLITE = [
    f"""CREATE TRIGGER journal_no_update BEFORE UPDATE ON ground_journalentry
    WHEN OLD.seq IS NOT NULL OR {" OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in CONTENT)}
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END""",
    f"""CREATE TRIGGER journal_no_delete BEFORE DELETE ON ground_journalentry
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END""",
]


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER journal_append_only ON ground_journalentry")
        schema_editor.execute("DROP FUNCTION ground_journal_is_append_only()")
    else:
        schema_editor.execute("DROP TRIGGER journal_no_update")
        schema_editor.execute("DROP TRIGGER journal_no_delete")


class Migration(migrations.Migration):
    dependencies = [("ground", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
