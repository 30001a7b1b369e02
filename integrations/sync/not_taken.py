"""What a remote says while our record takes nothing: it is read again once ours takes things.

Until then the snapshot stays as it was, so that it is news by then and no change of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from integrations.models import ExternalLink, LinkState

from . import hub
from .system import System

#: In a link's snapshot: the remote has something else by now.
KEY = "not_taken"


def note(link: ExternalLink, *, differs: bool) -> None:
    """Keep on the link whether the remote has something that ours does not take."""
    link.snapshot.pop(KEY, None)
    if differs:
        link.snapshot[KEY] = True


def is_due(system: System, record: Any, link: ExternalLink) -> bool:
    """Whether there is such a thing, and ours takes things again."""
    is_noted = link.state == LinkState.LIVE and KEY in link.snapshot
    return is_noted and not system.kinds[link.kind].frozen(record, link)


def due(system: System, records: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those of (kind, id) of which the remote is to be read again."""
    kinds = {kind for kind, spoke_kind in system.kinds.items() if spoke_kind.reads_first}
    asked = {one for one in records if one[0] in kinds}
    if not asked:
        return set()
    noted = ExternalLink.objects.filter(
        system=system.name,
        kind__in=kinds,
        record_id__any=[pk for _, pk in asked],
        snapshot__has_key=KEY,
    )
    again = {(link.kind, record.pk) for link in noted if (record := _taking(system, link))}
    return again & asked


def _taking(system: System, link: ExternalLink) -> Any:
    """Its record, if that takes things again."""
    record = hub.KINDS[link.kind].model._base_manager.filter(pk=link.record_id).first()
    return record if record is not None and is_due(system, record, link) else None
