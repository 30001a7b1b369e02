"""What guests find in their mailboxes."""

from __future__ import annotations

from django.core import mail
from django.core.mail import EmailMultiAlternatives

from meetings import tasks


def sent() -> list[EmailMultiAlternatives]:
    """What goes out now."""
    mail.outbox.clear()
    tasks.write_to_guests()
    return list(mail.outbox)
