"""What a record's page reads once and shows in several places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.models import ExternalLink

#: How many saves are looked through for where each field's value comes from.
SAVES = 100


@dataclass(frozen=True)
class Seen:
    """A record's links, and its newest history rows."""

    links: list[ExternalLink]
    saves: list[Any]

    @property
    def newest_event(self) -> int:
        """The newest history row, 0 without one."""
        return self.saves[0].pgh_id if self.saves else 0


def seen(kind: str, model: Any, pk: int) -> Seen:
    """Read them, in two queries. Before the record itself: nothing newer goes unnoticed."""
    links = ExternalLink.objects.filter(kind=kind, record_id=pk).order_by("system", "pk")
    saves = model._meta.get_field("events").related_model.objects.filter(pgh_obj_id=pk)
    return Seen(list(links), list(saves.order_by("-pgh_id")[:SAVES]))
