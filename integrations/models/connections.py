"""The state of each connection, and the names that link ours to theirs."""

from django.db import models


class Connection(models.Model):
    """What is known of one outside system."""

    system = models.CharField(max_length=40, unique=True)
    #: Paused by a person, or by the engine (bad credentials, a spent daily budget).
    paused = models.BooleanField(default=False)
    paused_until = models.DateTimeField(null=True, blank=True)
    pause_reason = models.TextField(default="", blank=True)
    #: The circuit breaker: calls are held until then.
    broken_until = models.DateTimeField(null=True, blank=True)
    failures_in_row = models.PositiveIntegerField(default=0)
    poll_minutes = models.PositiveIntegerField(default=5)
    #: Since when the system is to tell us of its changes; none: it is not.
    deliveries_expected_since = models.DateTimeField(null=True, blank=True)
    #: A change that a poll found, and no delivery was received since.
    untold_since = models.DateTimeField(null=True, blank=True)
    #: Staff know since then that none arrive.
    deliveries_missing_since = models.DateTimeField(null=True, blank=True)
    #: The newest change that a delivery told of, by the system's clock.
    told_until = models.DateTimeField(null=True, blank=True)
    last_delivery_at = models.DateTimeField(null=True, blank=True)
    #: A message asked for a poll then, and for how far back; cleared by the poll that did it.
    poll_asked_at = models.DateTimeField(null=True, blank=True)
    poll_from = models.DateTimeField(null=True, blank=True)
    #: Likewise for a comparison of everything.
    reconcile_asked_at = models.DateTimeField(null=True, blank=True)
    #: When the system, or who relays its messages, last said that it is there.
    last_sign_at = models.DateTimeField(null=True, blank=True)
    #: Staff know since then that it no longer says so.
    no_sign_since = models.DateTimeField(null=True, blank=True)
    last_poll_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(default="", blank=True)
    refused_deliveries = models.PositiveBigIntegerField(default=0)
    #: What the remote last said of its own limits, for the budget bar.
    budget = models.JSONField(default=dict, blank=True)
    #: Ids and addresses found by set-up (the webhook's id, the company's domain).
    facts = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.system


class Heartbeat(models.Model):
    """A process that was alive at that time."""

    name = models.CharField(max_length=60, unique=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class RemoteField(models.Model):
    """A hub field's key in a remote system that gives its own keys to custom fields."""

    system = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    field = models.CharField(max_length=60)
    remote_key = models.CharField(max_length=120)
    remote_type = models.CharField(max_length=40, default="", blank=True)
    remote_label = models.CharField(max_length=255, default="", blank=True)
    #: Hub value to remote option id, for fields with a fixed list of values.
    options = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "kind", "field"], name="one_key_per_field")
        ]

    def __str__(self) -> str:
        return f"{self.kind}.{self.field} in {self.system}"


class StageMapping(models.Model):
    """A remote stage's name and what it stands for here. Staff edit it."""

    class Action(models.TextChoices):
        SYNC = "sync", "The deal follows"
        FREEZE = "freeze", "The deal follows once more, and then never again"
        SKIP = "skip", "Nothing happens to the deal"

    system = models.CharField(max_length=40)
    remote_stage = models.CharField("status there", max_length=255)
    stage = models.ForeignKey("deals.Stage", null=True, blank=True, on_delete=models.SET_NULL)
    status = models.CharField(
        "status here",
        max_length=10,
        choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")],
        default="open",
        db_default="open",
    )
    action = models.CharField(max_length=10, choices=Action, default=Action.SYNC, db_default="sync")
    #: Who changed it last; empty while it is as the environment has it.
    edited_by = models.CharField(max_length=150, default="", db_default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "remote_stage"], name="one_stage_mapping")
        ]

    def __str__(self) -> str:
        return self.remote_stage

    @property
    def is_mapped(self) -> bool:
        """Whether anybody has said what it stands for."""
        return (self.stage_id, self.status, self.action) != (None, "open", self.Action.SYNC)
