from django.db import migrations


class Migration(migrations.Migration):
    """Apart from the encryption: PostgreSQL alters no table with rows just written in the same transaction."""

    dependencies = [("record", "0012_orientation_encrypted")]

    operations = [migrations.RemoveField("encounter", "orientation_clear")]
