"""Celery's doors of the calls."""

from celery import shared_task

from . import letters, settling


@shared_task(name="meetings.settle_calls")
def settle_calls() -> int:
    """Finish bookings that were cut off."""
    return settling.settle_awaiting()


@shared_task(name="meetings.write_to_guests")
def write_to_guests() -> int:
    """Confirm, tell of changes, remind."""
    return letters.write_to_guests()
