from django.db import migrations


class Migration(migrations.Migration):
    """A deal's stage is one of its pipeline's; a stage that moves takes its deals along."""

    dependencies = [("deals", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE deals_deal ADD CONSTRAINT deal_stage_of_pipeline
            FOREIGN KEY (stage_id, pipeline_id) REFERENCES deals_stage (id, pipeline_id)
            ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
            """,
            "ALTER TABLE deals_deal DROP CONSTRAINT deal_stage_of_pipeline",
        )
    ]
