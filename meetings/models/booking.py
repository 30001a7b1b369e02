"""When calls can be booked, and with whom."""

from __future__ import annotations

from datetime import time, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from companies.models import Plan, TeamMember
from companies.records import LONGEST_TEXT

from .meeting import Meeting

#: No longer time is offered, or listed at once.
LONGEST_LIST = timedelta(days=60)

#: Rule to the least and the most that it can be.
BOUNDS = {
    "duration": (timedelta(minutes=5), timedelta(minutes=240)),
    "buffer": (timedelta(), timedelta(minutes=240)),
    "minimum_notice": (timedelta(), LONGEST_LIST),
    "horizon": (timedelta(minutes=5), LONGEST_LIST),
}


def _bounds(rule: str) -> list[BaseValidator]:
    least, most = BOUNDS[rule]
    return [MinValueValidator(least), MaxValueValidator(most)]


class BookingRules(models.Model):
    """When calls can be booked. One row, edited in the admin."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    duration = models.DurationField(default=timedelta(minutes=30), validators=_bounds("duration"))
    buffer = models.DurationField(default=timedelta(minutes=15), validators=_bounds("buffer"))
    earliest_start = models.TimeField(default=time(10))
    latest_end = models.TimeField(default=time(17, 30))
    minimum_notice = models.DurationField(
        default=timedelta(hours=2), validators=_bounds("minimum_notice")
    )
    horizon = models.DurationField(default=timedelta(days=28), validators=_bounds("horizon"))

    class Meta:
        verbose_name_plural = "booking rules"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_row_of_booking_rules"),
            models.CheckConstraint(
                condition=Q(latest_end__gt=F("earliest_start")),
                name="booking_day_has_hours",
                violation_error_message="the latest end must be after the earliest start",
            ),
            *(
                models.CheckConstraint(
                    condition=Q((f"{rule}__range", bounds)),
                    name=f"booking_{rule}_is_bounded",
                    violation_error_message=f"the {rule.replace('_', ' ')} is too short or long",
                )
                for rule, bounds in BOUNDS.items()
            ),
        ]

    def __str__(self) -> str:
        return "Booking rules"

    def clean(self) -> None:
        if self.earliest_start and self.latest_end and self.latest_end <= self.earliest_start:
            raise ValidationError({"latest_end": "Latest end must be after the earliest start."})

    @classmethod
    def load(cls) -> BookingRules:
        """The one row, made with the defaults when it is first asked for."""
        return cls.objects.get_or_create(pk=1)[0]


class Weekday(models.IntegerChoices):
    """As ``date.weekday()`` counts."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class WorkingHours(models.Model):
    """A host's own hours on one weekday. Who has none works by the booking rules."""

    host = models.ForeignKey(TeamMember, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        verbose_name_plural = "working hours"
        ordering = ["host", "weekday", "starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "weekday", "starts"], name="one_beginning_of_working_hours"
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="working_hours_end_after_start",
                violation_error_message="the hours must end after they start",
            ),
            models.CheckConstraint(
                condition=Q(weekday__in=Weekday.values), name="working_hours_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {self.starts:%H:%M} to {self.ends:%H:%M}"

    def clean(self) -> None:
        """What the constraint holds, at the field; and no hours inside of others."""
        if not (self.starts and self.ends):
            return
        if self.ends <= self.starts:
            raise ValidationError({"ends": "The hours must end after they start."})
        same_day = WorkingHours.objects.filter(host_id=self.host_id, weekday=self.weekday)
        meeting = same_day.filter(starts__lt=self.ends, ends__gt=self.starts)
        if other := meeting.exclude(pk=self.pk).first():
            met = f"{other.starts:%H:%M} to {other.ends:%H:%M}"
            raise ValidationError({"starts": f"These hours meet others of that day: {met}."})


class DayOff(models.Model):
    """Days on which a host takes no calls, both ends included, in the host's time zone."""

    host = models.ForeignKey(TeamMember, on_delete=models.CASCADE, related_name="days_off")
    first_day = models.DateField()
    last_day = models.DateField()
    note = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")

    class Meta:
        verbose_name_plural = "days off"
        ordering = ["-first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="days_off_end_after_start",
                violation_error_message="the last day must not be before the first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.host}, {self.first_day:%Y-%m-%d} to {self.last_day:%Y-%m-%d}"

    def clean(self) -> None:
        """What the constraint holds, at the field."""
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": "The last day must not be before the first."})


class HostChoice(models.Model):
    """Who was chosen for a visitor, and why."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    host = models.ForeignKey(TeamMember, on_delete=models.CASCADE, related_name="choices")
    plan = models.CharField(max_length=20, choices=Plan, blank=True, default="", db_default="")
    country = models.CharField(max_length=2, blank=True, default="", db_default="")
    reason = models.TextField(max_length=LONGEST_TEXT)
    #: The call that came of it, if one did.
    meeting = models.ForeignKey(
        Meeting, null=True, blank=True, on_delete=models.SET_NULL, related_name="choices"
    )

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.host}: {self.reason}"
