"""What all of the hub's records share: life, archive, history."""

from __future__ import annotations

from datetime import date
from typing import Any

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

#: How many characters a name can have. Names are indexed in the form in which they are
#: compared, and PostgreSQL refuses an index entry of more than 2,700 bytes: a character
#: may take four of them, and a person's two names are one entry.
LONGEST_NAME = 500
LONGEST_PERSONAL_NAME = 300

#: The longest address that the standard of e-mail allows.
LONGEST_EMAIL = 320

#: How many characters any other text of one line can have.
LONGEST_TEXT = 1_000

#: The years in which anything happens here. A mistyped year is none of them, and systems
#: refuse the whole of a record for it.
FIRST_YEAR, LAST_YEAR = 1900, 2200


def sensible_year(day: date) -> None:
    """Refuse a date or time outside those years."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(
            f"the year must be between {FIRST_YEAR} and {LAST_YEAR}", code="sensible_year"
        )


class RecordQuerySet(models.QuerySet):
    """Sets of records, live and archived."""

    def live(self) -> RecordQuerySet:
        return self.filter(archived_at__isnull=True)

    def archived(self) -> RecordQuerySet:
        return self.filter(archived_at__isnull=False)

    def archive(self) -> int:
        """Take them out of the default lists. Returns how many were live."""
        now = timezone.now()
        return self.live().update(archived_at=now, updated_at=now)

    def restore(self) -> int:
        """Bring archived ones back; merged ones come back by undoing the merge."""
        rows = self.archived()
        if any(field.name == "merged_into" for field in self.model._meta.fields):
            rows = rows.filter(merged_into__isnull=True)
        return rows.update(archived_at=None, updated_at=timezone.now())


class LiveManager(models.Manager.from_queryset(RecordQuerySet)):  # type: ignore[misc]
    """Records that are not archived."""

    def get_queryset(self) -> RecordQuerySet:
        return super().get_queryset().filter(archived_at__isnull=True)


class Record(models.Model):
    """A hub record. Never destroyed: archived, and restored."""

    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())
    archived_at = models.DateTimeField(null=True, blank=True)
    #: Remote fields that have no home of their own.
    extra = models.JSONField(default=dict, blank=True, db_default={})

    objects = LiveManager()
    all_objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "all_objects"

    def archive(self) -> None:
        self.archived_at = timezone.now()
        self.save(update_fields=["archived_at", "updated_at"])

    def restore(self) -> None:
        self.archived_at = None
        self.save(update_fields=["archived_at", "updated_at"])


def with_history(model: type[models.Model]) -> type[models.Model]:
    """Keep the row as it was before each change, with who made it, in a table beside it.

    Written by a trigger, once for each statement: bulk writes are recorded too, and a
    new row costs nothing.
    """
    names = [
        field.name
        for field in model._meta.concrete_fields
        if not field.generated and field.name != "updated_at"
    ]
    track: Any = pghistory.track(
        pghistory.UpdateEvent(
            row=pghistory.Old,
            condition=pgtrigger.AnyChange(*[name for name in names if name != "id"]),
        ),
        fields=names,
        model_name=f"{model.__name__}Event",
        obj_field=pghistory.ObjForeignKey(
            related_name="events", db_constraint=False, on_delete=models.DO_NOTHING
        ),
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,
        level=pghistory.Statement,
    )
    return track(model)
