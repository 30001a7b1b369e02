"""Messages that come before what they tell of can be seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from integrations.models import WebhookEvent

from .errors import Early
from .records import RemoteRecord
from .system import Reading

#: A record's own time may be so much older than that of the message: it has whole seconds.
SLACK = timedelta(seconds=2)

#: How long to wait before looking again.
WAIT = timedelta(seconds=30)

#: What is not shown is looked for so often again: it may be gone, or we may not see it.
LOOKS = 3


def early(event: WebhookEvent, reading: Reading, told: Iterable[RemoteRecord]) -> Early | None:
    """Why this message is to be tried again, or None.

    By the time since it came and not by its attempts: some may have failed for other reasons.
    """
    age = timezone.now() - event.received_at
    ended = {one.key for one in reading.records if one.deleted}
    for one in told:
        if one.key not in reading.expects:
            continue
        at = reading.expects[one.key]
        if one.hidden and one.key not in ended and age < WAIT * LOOKS:
            return Early("It is not shown there, or not yet", retry_after=WAIT)
        if at and one.modified_at and one.modified_at < at - SLACK and age < WAIT:
            return Early("Its change is not to be seen there yet", retry_after=WAIT)
    return None
