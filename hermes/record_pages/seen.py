"""What a record's page reads once and shows in several places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery

from integrations.models import ExternalLink, RecordChange
from integrations.sync import said_by_staff
from integrations.sync.directions import Said

#: How many saves are looked through for where each field's value comes from.
SAVES = 100


@dataclass(frozen=True)
class Seen:
    """A record's links, each with who changed the record just now; its newest history rows.

    Attributes:
        said: Whether its changes go to each system that takes them.
        apart: The numbers in each system that a person took from it.
    """

    links: list[ExternalLink]
    saves: list[Any]
    said: Mapping[str, Said]
    apart: Mapping[str, list[str]]

    @property
    def newest_event(self) -> int:
        """The newest history row, 0 without one."""
        return self.saves[0].pgh_id if self.saves else 0


def seen(kind: str, model: Any, pk: int) -> Seen:
    """Read them, in three queries. Before the record itself: nothing newer goes unnoticed."""
    # Those not among the changes to send yet; the origin "" is a person.
    changes = RecordChange.objects.filter(kind=kind, record_id=pk).values("origin")
    found = ExternalLink.objects.filter(kind=kind, record_id=pk).order_by("system", "pk")
    found = found.annotate(changed_by=ArraySubquery(changes))
    saves = model._meta.get_field("events").related_model.objects.filter(pgh_obj_id=pk)
    said, apart = said_by_staff.of_record(kind, pk)
    return Seen(list(found), list(saves.order_by("-pgh_id")[:SAVES]), said, apart)
