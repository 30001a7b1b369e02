from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0012_directions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='externallink',
            name='state',
            field=models.CharField(choices=[('live', 'In sync'), ('gone', 'Gone'), ('alias', 'Earlier number')], default='live', max_length=10),
        ),
    ]
