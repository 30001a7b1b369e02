"""Whether what changes here goes to a system."""

from django.db import models


class Direction(models.Model):
    """What staff said of it: of one record, or of all of a kind. Nothing said: as from the first.

    It is no part of a link: it holds before there is one, and after it ended.
    """

    system = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    #: None: of all records of the kind of which nothing else is said.
    record_id = models.BigIntegerField(null=True, blank=True)
    sends = models.BooleanField()
    said_by = models.CharField(max_length=150, default="", blank=True)
    said_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # The id leads: a record's page asks for it in all systems.
            models.UniqueConstraint(
                fields=["record_id", "kind", "system"], nulls_distinct=False, name="said_once"
            )
        ]

    def __str__(self) -> str:
        whose = f"{self.kind} {self.record_id}" if self.record_id else f"every {self.kind}"
        return f"{whose} to {self.system}: {'yes' if self.sends else 'no'}"
