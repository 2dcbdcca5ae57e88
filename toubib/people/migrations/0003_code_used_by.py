from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_failed_sign_in'),
    ]

    operations = [
        migrations.AddField(
            model_name='signincode',
            name='used_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
    ]
