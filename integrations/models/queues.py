"""What came in, what changed here, and what has to go out."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone


class Reason(models.TextChoices):
    """Why an entry stopped, or what it waits for."""

    EXCEEDED = "exceeded", "Tried too often"
    REJECTED = "rejected", "Refused"
    GONE = "gone", "Gone there"
    CONFIG = "config", "Settings needed"
    INTERNAL = "internal", "Unexpected error"
    WAITING = "waiting", "Waits for somebody"
    PARENT = "parent", "Waits for another record"


class EventState(models.TextChoices):
    """The life of a delivery."""

    NEW = "new", "New"
    PROCESSING = "processing", "Processing"
    RETRYING = "retrying", "Retrying"
    DONE = "done", "Done"
    IGNORED = "ignored", "Ignored"
    DEAD = "dead", "Needs you"


class OutboxState(models.TextChoices):
    """The life of a change to send."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    RETRYING = "retrying", "Retrying"
    DONE = "done", "Done"
    DISCARDED = "discarded", "Discarded"
    DEAD = "dead", "Needs you"


OPEN_EVENTS = [EventState.NEW, EventState.PROCESSING, EventState.RETRYING]
OPEN_ENTRIES = [OutboxState.WAITING, OutboxState.SENDING, OutboxState.RETRYING]


class WebhookEventQuerySet(models.QuerySet["WebhookEvent"]):
    """Sets of deliveries."""

    def replay(self) -> int:
        """Apply them again, from the first attempt. Returns how many."""
        return self.exclude(state=EventState.PROCESSING).update(
            state=EventState.NEW, attempts=0, next_attempt_at=timezone.now(), reason="", note=""
        )


class WebhookEvent(models.Model):
    """One delivery in the inbox, as it came."""

    system = models.CharField(max_length=40)
    dedupe_key = models.CharField(max_length=255)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    received_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=12, choices=EventState, default=EventState.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    #: Filled when the event is read: ``deal 3307``.
    subject = models.CharField(max_length=255, default="", blank=True)
    action = models.CharField(max_length=40, default="", blank=True)
    reason = models.CharField(max_length=12, choices=Reason, default="", blank=True)
    #: Why it was ignored or superseded, in a sentence.
    note = models.TextField(default="", blank=True)
    last_error = models.TextField(default="", blank=True)

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "dedupe_key"], name="one_row_per_delivery")
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state__in=["new", "processing", "retrying"]),
                name="event_due",
            ),
            models.Index(fields=["state", "-id"], name="event_by_state"),
            models.Index(fields=["subject", "-id"], name="event_by_subject"),
            models.Index(fields=["-received_at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.subject or self.dedupe_key}"


class RecordChange(models.Model):
    """A hub record changed. Written by triggers only, consumed into the outbox."""

    kind = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    #: The system whose message made the change; empty when a person did.
    origin = models.CharField(max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"


class OutboxEntryQuerySet(models.QuerySet["OutboxEntry"]):
    """Sets of changes to send."""

    def retry(self) -> int:
        """Send them now, from the first attempt. Returns how many.

        An entry whose record has another one open already stays as it is: that one
        sends the newest values anyway.
        """
        try:
            return self._retry()
        except IntegrityError:
            # One of the records got an entry of its own at this very moment. Each by itself
            # then, so that it keeps none of the others back.
            ids = list(self.values_list("pk", flat=True))
            return sum(OutboxEntry.objects.filter(pk=pk)._retry_one() for pk in ids)

    def _retry_one(self) -> int:
        try:
            return self._retry()
        except IntegrityError:
            return 0

    @transaction.atomic
    def _retry(self) -> int:
        stopped = self.filter(state__in=[OutboxState.DEAD, OutboxState.DISCARDED])
        open_twin = OutboxEntry.objects.filter(
            system=models.OuterRef("system"),
            kind=models.OuterRef("kind"),
            record_id=models.OuterRef("record_id"),
            state__in=OPEN_ENTRIES,
        )
        newest = OutboxEntry.objects.filter(
            system=models.OuterRef("system"),
            kind=models.OuterRef("kind"),
            record_id=models.OuterRef("record_id"),
            id__gt=models.OuterRef("id"),
            state__in=[OutboxState.DEAD, OutboxState.DISCARDED],
        )
        again = stopped.filter(~models.Exists(open_twin), ~models.Exists(newest))
        waiting = self.filter(state=OutboxState.RETRYING)
        fresh = {
            "state": OutboxState.WAITING,
            "attempts": 0,
            "next_attempt_at": timezone.now(),
            "reason": "",
        }
        return again.update(**fresh) + waiting.update(**fresh)


class OutboxEntry(models.Model):
    """One record to bring up to date in one system. Names it, carries no payload."""

    system = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    #: Parents are sent first: the kind's place in the system's own order. What came in bulk
    #: goes after all else, in the same order.
    rank = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=12, choices=OutboxState, default=OutboxState.WAITING)
    #: Counts the changes asked for. A claim that ends with a newer one sends again.
    generation = models.PositiveIntegerField(default=1)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    #: Set before a create is called: if it is set already, look the record up first.
    create_started_at = models.DateTimeField(null=True)
    #: Staff asked for the record to be made again although it is gone there.
    recreate = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    fields_sent = models.JSONField(default=list)
    action = models.CharField(max_length=10, default="", blank=True)
    reason = models.CharField(max_length=12, choices=Reason, default="", blank=True)
    last_error = models.TextField(default="", blank=True)

    objects = OutboxEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "outbox entries"
        constraints = [
            models.UniqueConstraint(
                fields=["system", "kind", "record_id"],
                condition=Q(state__in=["waiting", "sending", "retrying"]),
                name="one_open_entry_per_record_and_system",
            )
        ]
        indexes = [
            models.Index(
                fields=["system", "rank", "next_attempt_at"],
                condition=Q(state__in=["waiting", "sending", "retrying"]),
                name="entry_due",
            ),
            models.Index(fields=["state", "-id"], name="entry_by_state"),
            models.Index(fields=["kind", "record_id", "-id"], name="entry_by_record"),
            models.Index(F("done_at").desc(), name="entry_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} to {self.system}"


#: How long a worker may hold a claim before another takes it up. Longer than the
#: slowest call with all its retries.
LEASE = timedelta(seconds=settings.SYNC_LEASE_SECONDS)
