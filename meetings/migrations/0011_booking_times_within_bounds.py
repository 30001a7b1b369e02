from datetime import timedelta

from django.db import migrations

#: As the next migration has them.
BOUNDS = {
    "duration": (timedelta(minutes=5), timedelta(minutes=240)),
    "buffer": (timedelta(), timedelta(minutes=240)),
    "minimum_notice": (timedelta(), timedelta(days=60)),
    "horizon": (timedelta(minutes=5), timedelta(days=60)),
}


def bring_within(apps, schema_editor):
    rules = apps.get_model("meetings", "BookingRules").objects
    for rule, (least, most) in BOUNDS.items():
        rules.filter(**{f"{rule}__lt": least}).update(**{rule: least})
        rules.filter(**{f"{rule}__gt": most}).update(**{rule: most})


class Migration(migrations.Migration):
    dependencies = [("meetings", "0010_find_calls_to_come")]

    operations = [migrations.RunPython(bring_within, migrations.RunPython.noop)]
