from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0008_what_a_call_overwrote'),
    ]

    operations = [
        migrations.AddField(
            model_name='connection',
            name='told_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
