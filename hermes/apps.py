from django.apps import AppConfig


class HermesConfig(AppConfig):
    """The product: pages and checks that need all the other apps."""

    name = "hermes"
    default_auto_field = "django.db.models.BigAutoField"
