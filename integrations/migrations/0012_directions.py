from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0011_what_messages_told'),
    ]

    operations = [
        migrations.CreateModel(
            name='Direction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('system', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=40)),
                ('record_id', models.BigIntegerField(blank=True, null=True)),
                ('sends', models.BooleanField()),
                ('said_by', models.CharField(blank=True, default='', max_length=150)),
                ('said_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('record_id', 'kind', 'system'), name='said_once', nulls_distinct=False)],
            },
        ),
    ]
