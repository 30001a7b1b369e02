"""Ids there that are places: who stands in one now may be another than who stood there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy

from integrations.models import ExternalLink

from .link_clock import is_stale
from .records import RemoteRecord
from .spoke_kinds import SpokeKind


def cleared(
    kind: SpokeKind, records: Iterable[RemoteRecord], links: Mapping[str, ExternalLink]
) -> dict[str, ExternalLink]:
    """Empty the links of those in whose place another stands; as they were, by remote id.

    Ours stays as it is, and the link is saved when it leads to the other.
    """
    left: dict[str, ExternalLink] = {}
    if kind.another is None:
        return left
    for record in records:
        link = links.get(record.remote_id)
        if link is None or link.record_id is None or is_stale(record, link):
            continue
        if kind.another(record, link):
            left[record.remote_id] = copy(link)
            link.record_id, link.snapshot, link.remote_state = None, {}, {}
    return left
