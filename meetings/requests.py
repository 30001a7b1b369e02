"""What a visitor asks for, and the reasons for which it is refused."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from companies.models import split_name

from .models import MeetingKind


@dataclass(frozen=True)
class CallRequest:
    """A call that somebody wants, every value checked and tidy; empty text for none.

    Attributes:
        key: Names the request where its sender can repeat it; else what it says names it.
    """

    kind: MeetingKind
    host_id: int
    starts_at: datetime
    name: str
    email: str = ""
    phone: str = ""
    company_id: int | None = None
    company_name: str = ""
    country: str = ""
    currency: str = ""
    estimated_income: str = ""
    website: str = ""
    plan: str = ""
    bdr_person_id: int | None = None
    utm_source: str = ""
    utm_campaign: str = ""
    guest_timezone: str = ""
    key: str = ""

    @property
    def is_sales(self) -> bool:
        return self.kind == MeetingKind.SALES

    @property
    def last_name(self) -> str:
        return split_name(self.name)[1]

    @property
    def booking_key(self) -> str:
        """The same for the same request sent again, and for no other."""
        said = self.key or json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()


class Refusal(Exception):
    """The call is not booked; says why in the visitor's words.

    Attributes:
        code: Stable, for programs.
        field: What the visitor gave that was wrong, where it was one thing.
    """

    def __init__(self, code: str, message: str = "", field: str = "") -> None:
        super().__init__(message or MESSAGES[code])
        self.code, self.field = code, field


MESSAGES = {
    "no_email": "An e-mail address is needed, so that we can send you the invitation.",
    "meeting_exists": "You already have a call with us around this time.",
    "admin_not_found": "This person takes no calls.",
    "admin_busy": "This time is not free any more. Please choose another one.",
    "calendar_error": "The call could not be put into our calendar. Please try again soon.",
    "not_planned": "This call is not planned any more.",
    "not_started": "This call has not started yet.",
}
