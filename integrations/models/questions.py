"""Questions that wait for a person."""

from django.db import models
from django.db.models import F, Q


class QuestionState(models.TextChoices):
    """Open until a person, or a policy, settled it."""

    OPEN = "open", "Needs you"
    SETTLED = "settled", "Settled"


class Conflict(models.Model):
    """Both sides changed one field. Logged whoever wins, once for each pair of values."""

    system = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    base_value = models.JSONField(null=True)
    hub_value = models.JSONField(null=True)
    remote_value = models.JSONField(null=True)
    policy = models.CharField(max_length=24)
    #: hub or remote; empty while it is open.
    winner = models.CharField(max_length=10, default="", blank=True)
    state = models.CharField(max_length=10, choices=QuestionState, default=QuestionState.OPEN)
    found_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=150, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "record_id"], name="conflict_by_record"),
            models.Index(fields=["state", "-id"], name="conflict_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "kind", "record_id", "field"],
                condition=Q(state="open"),
                name="one_open_conflict_per_field",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}: {self.field}"


class PossibleDuplicate(models.Model):
    """Two hub records that may be one. A pair is asked about once, ever."""

    kind = models.CharField(max_length=40)
    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    #: In a sentence: "same e-mail", "same name".
    why = models.TextField(default="", blank=True)
    state = models.CharField(max_length=10, choices=QuestionState, default=QuestionState.OPEN)
    found_at = models.DateTimeField(auto_now_add=True)
    settled_by = models.CharField(max_length=150, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "first_id", "second_id"], name="pair_once"),
            models.CheckConstraint(
                condition=Q(first_id__lt=F("second_id")), name="pair_in_order_of_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_id} and {self.second_id}"
