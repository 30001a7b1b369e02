"""Beat's schedule, put into the database once; from then on it is staff's to edit."""

from __future__ import annotations

from typing import Any

SECONDS = {
    "Sweep: find what is due": ("integrations.sweep", 10),
    "Settle calls whose booking was cut off": ("meetings.settle_calls", 10),
    "Write to guests about their calls": ("meetings.write_to_guests", 10),
    "Look whether long runs find a worker": ("integrations.take_runs", 20),
    "Poll systems whose interval has passed": ("integrations.poll_due", 60),
}
DAILY = {
    "Nightly: compare all, check registrations, remove old rows": ("integrations.nightly", 2, 10),
    "Look for deleted records": ("integrations.deletions", 4, 40),
}


def install(**_: Any) -> None:
    """Add the entries that are missing. Runs after every migrate, changes none."""
    from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

    for name, (task, every) in SECONDS.items():
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=every, period=IntervalSchedule.SECONDS
        )
        PeriodicTask.objects.get_or_create(
            name=name, defaults={"task": task, "interval": interval, "expire_seconds": every}
        )
    for name, (task, hour, minute) in DAILY.items():
        crontab, _ = CrontabSchedule.objects.get_or_create(hour=str(hour), minute=str(minute))
        PeriodicTask.objects.get_or_create(name=name, defaults={"task": task, "crontab": crontab})
