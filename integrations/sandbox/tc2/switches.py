"""How this TC2 behaves where real ones differ, or where trouble is wanted."""

from dataclasses import dataclass
from typing import ClassVar

from integrations.sandbox import switches


@dataclass
class Switches(switches.Switches):
    """All of them, at what a real branch most likely does."""

    choices: ClassVar[dict[str, tuple]] = {
        "role_version": (1, 2),
        "style": ("single", "batch"),
        "agency_created": ("unix", "iso"),
    }

    #: The shape of roles in answers, in requests and in webhooks.
    role_version: int = 2
    #: ``single``: one event a request, spaced ASCII JSON. ``batch``: many, compact UTF-8.
    style: str = "single"
    #: Whether events tell when they happened; old deliveries did not.
    event_timestamps: bool = True
    #: Whether an agency's ``created`` is Unix seconds or ISO 8601.
    agency_created: str = "unix"
    #: Calls in any 60 seconds; those above get 429.
    rate_limit_per_minute: int = 100
    #: Whether 429 says ``Retry-After``.
    retry_after_header: bool = False
    #: Some branches refuse to have these two set.
    sales_person_writable: bool = True
    bdr_person_writable: bool = True
    #: Whether it is passed over without a word.
    bdr_person_passed_over: bool = False
    #: Whether custom fields read in lower case, however they were written.
    custom_fields_folded: bool = False
    #: For the whole answer of a webhook's receiver.
    delivery_timeout_seconds: float = 8.0
