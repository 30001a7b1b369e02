from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0010_what_messages_ask_for'),
    ]

    operations = [
        migrations.AddField(
            model_name='connection',
            name='told_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
