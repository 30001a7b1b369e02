"""What a record's page reads once and shows in several places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery

from integrations.models import ExternalLink, RecordChange
from integrations.sync import directions, links
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
    said, apart = _said_by_staff(kind, pk)
    return Seen(list(found), list(saves.order_by("-pgh_id")[:SAVES]), said, apart)


#: In one query: this is read with every page.
_SAID_BY_STAFF = """
SELECT system, record_id, sends, '' FROM integrations_direction
WHERE kind = %s AND (record_id IS NULL OR record_id = %s)
UNION ALL
SELECT system, record_id, NULL, remote_id FROM (
    SELECT system, record_id, remote_id FROM integrations_keptapart
    WHERE kind = %s AND record_id = %s ORDER BY id) apart
"""


def _said_by_staff(kind: str, pk: int) -> tuple[dict[str, Said], dict[str, list[str]]]:
    """Whether its changes go to each system, and what it is not there."""
    said: dict[tuple[str, int | None], bool] = {}
    apart: dict[str, list[str]] = defaultdict(list)
    for system, record_id, sends, remote_id in links.rows(_SAID_BY_STAFF, kind, pk, kind, pk):
        if sends is None:
            apart[system].append(remote_id)
        else:
            said[system, record_id] = sends
    return directions.of_record(kind, pk, said), apart
