"""Celery's doors of the calls."""

from celery import shared_task

from . import settling


@shared_task(name="meetings.settle_calls")
def settle_calls() -> int:
    """Finish bookings that were cut off."""
    return settling.settle_awaiting()
