"""Calls with customers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
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


#: Each change of what a call's guest sees makes its invitation newer, whoever makes it.
INVITATION_IS_NEWER = """
    NEW.sequence = GREATEST(NEW.sequence, OLD.sequence + (
        (OLD.starts_at, OLD.ends_at, OLD.host_id, OLD.contact_id,
         OLD.status = 'cancelled' OR OLD.archived_at IS NOT NULL)
        IS DISTINCT FROM
        (NEW.starts_at, NEW.ends_at, NEW.host_id, NEW.contact_id,
         NEW.status = 'cancelled' OR NEW.archived_at IS NOT NULL)
    )::int);
    RETURN NEW;
"""


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
    calendar_link = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    video_link = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    #: The host's calendar may or may not have it as it is here; a sweep settles that.
    awaits_calendar = models.BooleanField(default=False, db_default=False, editable=False)
    #: Why it was not kept, for staff.
    failure = models.TextField(blank=True, default="", db_default="", editable=False)
    #: What makes a repeated request for the same call known; empty for those staff made.
    booking_key = models.TextField(
        max_length=LONGEST_TEXT, blank=True, default="", db_default="", editable=False
    )
    #: The guest's time zone (IANA), for what is sent to them; empty where it is not known.
    guest_timezone = models.CharField(max_length=64, blank=True, default="", db_default="")
    #: How often the invitation was changed; calendars take the highest (RFC 5545, SEQUENCE).
    #: A trigger counts.
    sequence = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta(Record.Meta):
        abstract = False
        indexes = [
            # Looked for every few seconds, and hardly ever there.
            models.Index(
                fields=["updated_at"],
                condition=Q(awaits_calendar=True),
                name="meeting_awaiting_calendar",
            ),
            # Guests are told of calls to come, which are few beside those that were.
            models.Index(fields=["starts_at"], name="meeting_by_start"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="invitation_is_newer",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=INVITATION_IS_NEWER,
            )
        ]
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
            models.UniqueConstraint(
                fields=["booking_key"],
                condition=~Q(booking_key=""),
                name="one_meeting_per_booking_request",
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
    def is_on(self) -> bool:
        """Whether host and guest are to meet."""
        return self.status == MeetingStatus.PLANNED and self.archived_at is None

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

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
