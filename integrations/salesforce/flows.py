"""The ways to log in."""

from __future__ import annotations

from django.conf import settings

#: The settings that each flow needs.
NEEDS = {
    "client_credentials": ("CONSUMER_KEY", "CONSUMER_SECRET"),
    "jwt_bearer": ("CONSUMER_KEY", "USERNAME", "PRIVATE_KEY"),
    "refresh_token": ("CONSUMER_KEY", "REFRESH_TOKEN"),
    "password": ("CONSUMER_KEY", "CONSUMER_SECRET", "USERNAME", "PASSWORD"),
    "access_token": ("ACCESS_TOKEN", "INSTANCE_URL"),
    "soap": ("USERNAME", "PASSWORD"),
}

#: These are asked for at SALESFORCE_DOMAIN, where that is set.
WITH_PASSWORD = {"password", "soap"}


def needs() -> tuple[str, ...]:
    """The settings without which the chosen way leads nowhere; none of one that there is not."""
    return tuple(f"SALESFORCE_{name}" for name in NEEDS.get(settings.SALESFORCE_AUTH_FLOW, ()))
