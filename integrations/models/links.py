"""Which hub record is which remote record."""

from django.db import models
from django.db.models import Q


class LinkState(models.TextChoices):
    """What staff see of a link; `ALIAS` routes another number of it there to it."""

    LIVE = "live", "In sync"
    GONE = "gone", "Gone"
    ALIAS = "alias", "Other number"


class ExternalLink(models.Model):
    """This hub record is that remote record.

    ``snapshot`` holds the values both sides last agreed on, in the hub's form: hub
    field to JSON value, parents as hub ids. ``remote_state`` is what the system's
    adapter needs to write the record again (a whole e-mail list, say); the engine
    never looks into it.
    """

    system = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    remote_id = models.CharField(max_length=255)
    #: None: deleted there before we knew it, so that a late message does not make it.
    record_id = models.BigIntegerField(null=True)
    #: Whose link this was before a merge, for the undo.
    merged_record_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=LinkState, default=LinkState.LIVE)
    snapshot = models.JSONField(default=dict)
    remote_state = models.JSONField(default=dict)
    #: The remote's clock: the newest change of the record that was applied.
    modified_at = models.DateTimeField(null=True)
    #: The remote's clock: the newest delivery that was applied. Finer than
    #: ``modified_at`` where a system stamps records to the second only.
    event_at = models.DateTimeField(null=True)
    pulled_at = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(null=True)
    #: We deleted it there because a person archived it here: late messages change nothing.
    deleted_here = models.BooleanField(default=False)
    #: What else the system calls it; a record made anew there may have the same.
    other_id = models.CharField(max_length=255, default="", db_default="", blank=True)
    #: Field to what the remote had, and since when, before we last wrote over it.
    overwrote = models.JSONField(default=dict, db_default={})
    #: Merged here; the remote still has both and must be told.
    merge_owed = models.BooleanField(default=False)
    last_error = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "kind", "remote_id"], name="one_link_per_remote_record"
            ),
            models.UniqueConstraint(
                fields=["system", "kind", "record_id"],
                condition=~Q(state=LinkState.ALIAS),
                name="one_remote_record_per_record_and_system",
            ),
        ]
        indexes = [
            # The id leads: while a kind is loaded first, the planner takes it for empty, and
            # would read all of it through an index that its name begins.
            models.Index(fields=["record_id", "kind"], name="link_by_record"),
            models.Index(fields=["remote_id"], name="link_by_remote_id"),
            models.Index(
                fields=["system", "kind", "other_id"],
                condition=~Q(other_id=""),
                name="link_by_other_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.kind} {self.remote_id}"


class RemotePerson(models.Model):
    """Somebody of an outside system's staff, as its records name them.

    Kept of systems that do not list their staff, and only until a team member is linked.
    """

    system = models.CharField(max_length=40)
    remote_id = models.CharField(max_length=255)
    name = models.CharField(max_length=300, default="", blank=True)
    email = models.CharField(max_length=320, default="", blank=True)
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "remote people"
        constraints = [
            models.UniqueConstraint(fields=["system", "remote_id"], name="one_row_per_person")
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.remote_id


class KeptApart(models.Model):
    """A person said that this remote record is not this hub record.

    Their names, or our id that the remote still holds, would bring the two together again.
    """

    system = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    remote_id = models.CharField(max_length=255)
    record_id = models.BigIntegerField()
    said_by = models.CharField(max_length=150, default="", blank=True)
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "kept apart"
        constraints = [
            models.UniqueConstraint(
                fields=["system", "kind", "remote_id", "record_id"], name="apart_once"
            )
        ]
        indexes = [models.Index(fields=["record_id", "kind"], name="apart_by_record")]

    def __str__(self) -> str:
        return f"{self.system} {self.kind} {self.remote_id} is not {self.record_id}"
