"""What the engine did, and how far it has read."""

from django.db import models


class RunState(models.TextChoices):
    """The life of a poll, a backfill or a reconciliation."""

    RUNNING = "running", "Running"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped: asks you"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class SyncCursor(models.Model):
    """How far one kind of one system has been read.

    ``page_token`` is the place inside a walk that was cut off; ``walk`` is what kind of
    walk it belongs to, so that a backfill never goes on from a poll's page.
    """

    system = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    watermark = models.DateTimeField(null=True)
    page_token = models.TextField(default="", blank=True)
    walk = models.CharField(max_length=20, default="", blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "kind"], name="one_cursor_per_kind")
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.kind}"


class SyncRun(models.Model):
    """One poll, backfill or reconciliation."""

    class Action(models.TextChoices):
        POLL = "poll", "Check for changes"
        BACKFILL = "backfill", "First load"
        RECONCILE = "reconcile", "Compare all"
        DELETIONS = "deletions", "Look for deleted records"
        SETUP = "setup", "Set-up"

    system = models.CharField(max_length=40)
    action = models.CharField(max_length=12, choices=Action)
    state = models.CharField(max_length=12, choices=RunState, default=RunState.RUNNING)
    dry_run = models.BooleanField(default=False)
    #: Staff said yes to a run that the brake had stopped.
    brake_released = models.BooleanField(default=False)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    #: A run that was not heard of for longer than a lease is taken to be dead.
    heartbeat_at = models.DateTimeField(auto_now_add=True)
    #: Kind to counts: seen, created, changed, removed, skipped, failed.
    counts = models.JSONField(default=dict)
    report = models.TextField(default="", blank=True)
    last_error = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["system", "-id"], name="run_by_system")]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "action"],
                condition=models.Q(state="running"),
                name="one_running_run_per_action",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.system}"


class SyncLog(models.Model):
    """What staff need to know, with the record it is about."""

    class Level(models.TextChoices):
        INFO = "info", "For information"
        WARNING = "warning", "Have a look"
        ERROR = "error", "Needs you"

    at = models.DateTimeField(auto_now_add=True)
    level = models.CharField(max_length=8, choices=Level, default=Level.INFO)
    system = models.CharField(max_length=40, default="", blank=True)
    kind = models.CharField(max_length=40, default="", blank=True)
    record_id = models.BigIntegerField(null=True, blank=True)
    #: A short code to group by: conflict, merge, unknown_owner, brake, …
    topic = models.CharField(max_length=40)
    message = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "record_id", "-id"], name="log_by_record"),
            models.Index(fields=["topic", "-id"], name="log_by_topic"),
        ]

    def __str__(self) -> str:
        return self.message
