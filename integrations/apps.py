from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """The sync engine and the systems it keeps in step."""

    name = "integrations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the registry, and listen for what the domain tells."""
        from django.db.models.signals import post_migrate, post_save

        from integrations import registry, schedules, staff_notes
        from integrations.sync import any_of, changes, merges, signals, waiting  # noqa: F401

        registry.register_all()
        merges.connect()
        staff_notes.connect()
        for awaited in ("companies.TeamMember", "deals.Stage"):
            post_save.connect(waiting.somebody_came, sender=awaited)
        post_migrate.connect(changes.install_triggers, sender=self)
        post_migrate.connect(schedules.install, sender=self)
