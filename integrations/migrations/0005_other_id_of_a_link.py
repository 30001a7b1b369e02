from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0004_waiting_for_somebody'),
    ]

    operations = [
        migrations.AddField(
            model_name='externallink',
            name='other_id',
            field=models.CharField(blank=True, db_default='', default='', max_length=255),
        ),
        migrations.AddIndex(
            model_name='externallink',
            index=models.Index(condition=models.Q(('other_id', ''), _negated=True), fields=['system', 'kind', 'other_id'], name='link_by_other_id'),
        ),
    ]
