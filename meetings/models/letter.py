"""What guests are written."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from companies.models import TeamMember
from companies.records import LONGEST_EMAIL, LONGEST_TEXT

from .meeting import Meeting


class LetterKind(models.TextChoices):
    """What a letter is; each has a template of its name."""

    CONFIRMATION = "confirmation", "Confirmation"
    MOVED = "moved", "Moved"
    CANCELLED = "cancelled", "Cancelled"
    DAY_BEFORE = "day_before", "Reminder a day before"
    HOUR_BEFORE = "hour_before", "Reminder an hour before"


class LetterState(models.TextChoices):
    OWED = "owed", "To be sent"
    SENT = "sent", "Sent"
    DROPPED = "dropped", "Overtaken"
    FAILED = "failed", "Failed"


#: What tells of a change; the others remind of a call as it is.
NEWS = [LetterKind.CONFIRMATION, LetterKind.MOVED, LetterKind.CANCELLED]


class Letter(models.Model):
    """One e-mail to a call's guest: what it says of the call, and whether it went out."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=20, choices=LetterKind)
    #: Of the invitation as it is told here (RFC 5545); a reminder has its invitation's.
    sequence = models.PositiveIntegerField()
    #: Whose invitation that is: which entry in the guest's calendar.
    uid = models.TextField(max_length=LONGEST_TEXT, blank=True, default="")
    to = models.CharField(max_length=LONGEST_EMAIL)
    host = models.ForeignKey(TeamMember, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.OWED)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    #: Whoever is at it has it until then.
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(max_length=LONGEST_TEXT, blank=True, default="")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "sequence", "kind"], name="one_letter_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LetterKind.values, state__in=LetterState.values),
                name="letter_kind_and_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="letters_to_send", condition=Q(state="owed")
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.to}"

    @property
    def is_news(self) -> bool:
        return self.kind in NEWS
