from django.db import migrations

import toubib.ground.fields
import toubib.record.models


def encrypt(apps, schema_editor):
    """Each row anew, so that no two carry the same bytes."""
    rows = apps.get_model("record", "Encounter").objects.all()
    for row in rows.only("pk", "orientation_clear").iterator(chunk_size=500):
        rows.filter(pk=row.pk).update(orientation=row.orientation_clear)


class Migration(migrations.Migration):
    dependencies = [("record", "0011_sheet_versions")]

    operations = [
        migrations.RenameField("encounter", "orientation", "orientation_clear"),
        migrations.AddField(
            "encounter", "orientation", toubib.ground.fields.EncryptedTextField(default=toubib.record.models.not_oriented)
        ),
        migrations.RunPython(encrypt, migrations.RunPython.noop),
    ]
