"""Changes that a system does not get, though its record is linked: staff are told which and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from integrations.models import OutboxEntry, OutboxState, SyncLog

from .findings import SAID_FOR
from .system import Outgoing, System

TOPIC = "withheld"

#: What an entry did of which nothing could go.
ACTION = "withheld"


def tell(system: System, outgoing: Outgoing) -> bool:
    """Say on the record which of its changes stay here, unless that was said of late.

    Returns:
        Whether there are any.
    """
    sentences = _sentences(system, outgoing)
    if not sentences:
        return False
    about = {"system": system.name, "kind": outgoing.kind, "record_id": outgoing.record_id}
    told = SyncLog.objects.filter(**about, topic=TOPIC, at__gt=timezone.now() - SAID_FOR)
    new = set(sentences).difference(told.values_list("message", flat=True))
    SyncLog.objects.bulk_create(
        SyncLog(**about, level=SyncLog.Level.WARNING, topic=TOPIC, message=sentence)
        for sentence in sorted(new)
    )
    return True


def of(system: System, kind: str, ids: Iterable[int]) -> set[int]:
    """Those of the records of whose last change nothing went there."""
    entries = OutboxEntry.objects.filter(system=system.name, kind=kind, record_id__in=list(ids))
    newest = entries.order_by("record_id", "-pk").distinct("record_id")
    return {
        pk
        for pk, action, state in newest.values_list("record_id", "action", "state")
        if action == ACTION or state == OutboxState.DISCARDED
    }


def _sentences(system: System, outgoing: Outgoing) -> list[str]:
    fields = defaultdict(list)
    for name, why in system.withheld(outgoing).items():
        fields[why].append(name.replace("_", " "))
    return [
        f"{' and '.join(sorted(names)).capitalize()} did not go to {system.label}: {why}"
        for why, names in fields.items()
    ]
