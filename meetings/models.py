"""Calls with customers, and the rules for booking them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import time, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q

from companies.models import Company, TeamMember
from companies.records import LONGEST_TEXT, Record, RecordQuerySet, sensible_year, with_history
from contacts.models import Contact
from deals.models import Deal


class MeetingKind(models.TextChoices):
    SALES = "sales", "Sales call"
    SUPPORT = "support", "Support call"


class MeetingStatus(models.TextChoices):
    PLANNED = "planned", "Planned"
    COMPLETED = "completed", "Completed"
    NO_SHOW = "no_show", "No-show"
    CANCELLED = "cancelled", "Cancelled"


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


@with_history
class Meeting(Record):
    """A call between a host and a contact."""

    kind = models.CharField(
        max_length=10, choices=MeetingKind, default=MeetingKind.SALES, db_default="sales"
    )
    host = models.ForeignKey(TeamMember, on_delete=models.PROTECT, related_name="meetings")
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings"
    )
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings"
    )
    deal = models.ForeignKey(
        Deal, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings"
    )
    starts_at = models.DateTimeField(validators=[sensible_year])
    ends_at = models.DateTimeField(validators=[sensible_year])
    status = models.CharField(
        max_length=10, choices=MeetingStatus, default=MeetingStatus.PLANNED, db_default="planned"
    )
    calendar_event_id = models.TextField(
        max_length=LONGEST_TEXT, blank=True, default="", db_default=""
    )

    class Meta(Record.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="meeting_ends_after_start",
                violation_error_message="the call must end after it starts",
            ),
            models.CheckConstraint(
                condition=Q(status__in=MeetingStatus.values), name="meeting_status"
            ),
            ExclusionConstraint(
                name="host_is_in_one_meeting_at_a_time",
                expressions=[
                    (TsTzRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                    ("host", RangeOperators.EQUAL),
                ],
                condition=Q(status__in=["planned", "completed"], archived_at__isnull=True),
                violation_error_message="the host has another call at that time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.starts_at:%Y-%m-%d %H:%M} UTC"

    def clean(self) -> None:
        """What the constraints hold, in plain words."""
        if not (self.starts_at and self.ends_at):
            return
        if self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": "The call must end after it starts."})
        if self.host_id and self.takes_time and self._others_at_that_time().exists():
            raise ValidationError({"starts_at": f"{self.host} has another call at that time."})

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Ask them once the columns of their conditions are right."""
        excluded = set(exclude or ()) - {"archived_at"}
        if "status" not in excluded:
            super().validate_constraints(exclude=excluded)

    @property
    def takes_time(self) -> bool:
        """Whether the host can have no other call meanwhile."""
        held = self.status in [MeetingStatus.PLANNED, MeetingStatus.COMPLETED]
        return held and self.archived_at is None

    def _others_at_that_time(self) -> RecordQuerySet:
        others = Meeting.objects.filter(
            host_id=self.host_id,
            status__in=[MeetingStatus.PLANNED, MeetingStatus.COMPLETED],
            starts_at__lt=self.ends_at,
            ends_at__gt=self.starts_at,
        )
        return others.exclude(pk=self.pk)


#: A call, and the days in which one can be booked, last this long at least.
SHORTEST = timedelta(minutes=1)
NO_TIME = timedelta()


class BookingRules(models.Model):
    """When calls can be booked. One row, edited in the admin."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    duration = models.DurationField(
        default=timedelta(minutes=30), validators=[MinValueValidator(SHORTEST)]
    )
    buffer = models.DurationField(
        default=timedelta(minutes=15), validators=[MinValueValidator(NO_TIME)]
    )
    earliest_start = models.TimeField(default=time(10))
    latest_end = models.TimeField(default=time(17, 30))
    minimum_notice = models.DurationField(
        default=timedelta(hours=2), validators=[MinValueValidator(NO_TIME)]
    )
    horizon = models.DurationField(
        default=timedelta(days=28), validators=[MinValueValidator(SHORTEST)]
    )

    class Meta:
        verbose_name_plural = "booking rules"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_row_of_booking_rules"),
            models.CheckConstraint(
                condition=Q(latest_end__gt=F("earliest_start")),
                name="booking_day_has_hours",
                violation_error_message="the latest end must be after the earliest start",
            ),
            models.CheckConstraint(
                condition=Q(
                    duration__gte=SHORTEST,
                    buffer__gte=NO_TIME,
                    minimum_notice__gte=NO_TIME,
                    horizon__gte=SHORTEST,
                ),
                name="booking_times_are_not_negative",
                violation_error_message="the times of the booking rules cannot be negative",
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
