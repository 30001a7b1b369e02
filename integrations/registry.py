"""The systems that Hermes keeps in step. A new one is one line here."""

from .google_calendar import SYSTEM as GOOGLE_CALENDAR
from .pipedrive import SYSTEM as PIPEDRIVE
from .salesforce import SYSTEM as SALESFORCE
from .sync import system
from .tc2 import SYSTEM as TC2

SYSTEMS = [
    PIPEDRIVE,
    TC2,
    GOOGLE_CALENDAR,
    SALESFORCE,
]


def register_all() -> None:
    """Fill the engine's registry."""
    for each in SYSTEMS:
        system.register(each)
