from django.apps import AppConfig


class HermesConfig(AppConfig):
    """The product: pages and checks that need all the other apps."""

    name = "hermes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the roles as hermes/roles.py says, at each migration."""
        from django.db.models.signals import post_migrate

        from hermes.roles import install_roles

        post_migrate.connect(install_roles, sender=self)
