"""What an org is from the start."""

import os
from dataclasses import dataclass, field

from integrations.sandbox.salesforce.receivers import OUTBOUND, RELAY

RELAY_SECRET = "sandbox-relay-secret"


@dataclass(frozen=True)
class Options:
    """All of it; a reset leads back to it."""

    #: The object for loans: ``jungo`` or ``plain``.
    loans: str = "jungo"
    #: Whether there are loans and borrowers.
    demo: bool = False
    #: Receiver to address.
    urls: dict[int, str] = field(default_factory=dict)
    #: The relay's; it signs with each of them.
    secrets: list[str] = field(default_factory=lambda: [RELAY_SECRET])


def from_environment(loans: str | None) -> Options:
    """As ``SANDBOX_SALESFORCE_…`` and ``SALESFORCE_RELAY_SECRETS`` say."""
    given = os.environ.get
    secrets = given("SALESFORCE_RELAY_SECRETS") or RELAY_SECRET
    return Options(
        loans=loans or given("SANDBOX_SALESFORCE_LOANS") or "jungo",
        demo=bool(given("SANDBOX_SALESFORCE_DEMO")),
        urls={
            RELAY: given("SANDBOX_SALESFORCE_RELAY_URL", ""),
            OUTBOUND: given("SANDBOX_SALESFORCE_OUTBOUND_URL", ""),
        },
        secrets=[each.strip() for each in secrets.split(",") if each.strip()],
    )
