"""The ways to log in."""

from __future__ import annotations

from django.conf import settings

from integrations.sync.errors import Misconfigured

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


def check() -> None:
    """Look at what the chosen way needs.

    Raises:
        Misconfigured: There is no such way, or a setting is missing.
    """
    flow = settings.SALESFORCE_AUTH_FLOW
    if flow not in NEEDS:
        raise Misconfigured(f"SALESFORCE_AUTH_FLOW must be one of {', '.join(NEEDS)}")
    if lacking := [name for name in needs() if not getattr(settings, name)]:
        raise Misconfigured(f"{', '.join(lacking)} must be set for {flow}")
