from django.apps import AppConfig
from django.db.models.signals import post_save


class DealsConfig(AppConfig):
    name = "deals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_save.connect(_open_missed_deals, sender="deals.Pipeline")


def _open_missed_deals(instance, **_) -> None:  # type: ignore[no-untyped-def]
    from deals import services

    services.open_missed_deals(instance)
