from django.apps import AppConfig


class HermesConfig(AppConfig):
    """The product: pages and checks that need all the other apps."""

    name = "hermes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks; keep the roles as hermes/roles.py says, at each migration."""
        from django.apps import apps
        from django.db.models.signals import post_migrate

        from hermes import checks  # noqa: F401
        from hermes.roles import install_roles

        # Django sends no signal for an app without models, as this one is.
        post_migrate.connect(install_roles, sender=apps.get_app_config("integrations"))
